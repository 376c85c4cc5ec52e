/** The words of a SQL text. */
import { SqlError } from './value.ts';

/** How a dialect writes its words. */
export interface Lexis {
  /** What encloses a text. */
  stringQuotes: string;
  nameQuote: string;
  /** Whether a backslash in a text escapes what follows. */
  hasBackslashEscapes: boolean;
  /** One parameter: sticky, and a group of digits gives its number. */
  parameter: RegExp;
  /** White space and comments: sticky. */
  blank: RegExp;
  /** Whether names that are not quoted are read in lower case. */
  foldsNames: boolean;
}

export type TokenKind =
  | 'word'
  | 'name'
  | 'string'
  | 'integer'
  | 'decimal'
  | 'parameter'
  | 'variable'
  | 'symbol';

export interface Token {
  kind: TokenKind;
  /** A text or a name without its quotes; a parameter's number, empty when it has none. */
  text: string;
  start: number;
  end: number;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['variable', /@@(?:(?:global|session|local)\.)?(\w+)/iy],
  ['decimal', /\d+\.\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+/iy],
  ['integer', /\d+/y],
  ['word', /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
  ['symbol', /::|:=|[(),;=+\-*.]/y],
];

/** Throws a SqlError for what begins no word. */
export function tokenize(text: string, lexis: Lexis): Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(text, 0, lexis);
  while (at < text.length) {
    const token = quotedAt(text, at, lexis) ?? plainAt(text, at, lexis);
    if (token === undefined) throw new SqlError('syntax', text.slice(at));
    tokens.push(token);
    at = skipBlank(text, token.end, lexis);
  }
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function skipBlank(text: string, start: number, { blank }: Lexis): number {
  let at = start;
  for (;;) {
    const found = matchAt(blank, text, at);
    if (!found?.[0]) return at;
    at += found[0].length;
  }
}

function plainAt(text: string, start: number, lexis: Lexis): Token | undefined {
  for (const [kind, pattern] of [['parameter', lexis.parameter] as const, ...patterns]) {
    const found = matchAt(pattern, text, start);
    if (!found) continue;
    const word = kind === 'parameter' ? (found[1] ?? '') : (found[1] ?? found[0]);
    return { kind, text: word, start, end: start + found[0].length };
  }
  return undefined;
}

function quotedAt(text: string, start: number, lexis: Lexis): Token | undefined {
  const quote = text.charAt(start);
  const isName = quote === lexis.nameQuote;
  if (!isName && !lexis.stringQuotes.includes(quote)) return undefined;
  const hasEscapes = !isName && lexis.hasBackslashEscapes;
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const end = endOfPlain(text, at, quote, hasEscapes);
    parts.push(text.slice(at, end));
    const [mark, next] = [text.charAt(end), text.charAt(end + 1)];
    if (mark === quote && next !== quote) {
      return { kind: isName ? 'name' : 'string', text: parts.join(''), start, end: end + 1 };
    }
    // The text ends before the quote does.
    if (next === '') throw new SqlError('syntax', text.slice(start));
    parts.push(mark === quote ? quote : unescaped(next));
    at = end + 2;
  }
}

/** Where the next quote or backslash is, or the end. */
function endOfPlain(text: string, start: number, quote: string, hasEscapes: boolean): number {
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === quote || (hasEscapes && character === '\\')) return at;
  }
  return text.length;
}

/** MySQL 8.0 reference, "String Literals". */
function unescaped(character: string): string {
  const escapes: Record<string, string> = {
    0: '\0',
    b: '\b',
    n: '\n',
    r: '\r',
    t: '\t',
    Z: '\x1a',
  };
  return escapes[character] ?? character;
}
