/** Reads the words of a SQL text one after the other. */
import type { Lexis, Token, TokenKind } from './lexis.ts';
import { tokenize } from './lexis.ts';
import { SqlError } from './value.ts';

export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly lexis: Lexis;
  #index = 0;
  /** How many parameters without a number were read. */
  parameterCount = 0;

  /** Throws a SqlError for what begins no word. */
  constructor(text: string, lexis: Lexis) {
    this.#text = text;
    this.lexis = lexis;
    this.#tokens = tokenize(text, lexis);
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#tokens.length;
  }

  /** The offset of the next word in the text. */
  get offset(): number {
    return this.#tokens[this.#index]?.start ?? this.#text.length;
  }

  /** What was written from this offset up to the next word. */
  textSince(offset: number): string {
    const end = this.#tokens[this.#index - 1]?.end ?? offset;
    return this.#text.slice(offset, end);
  }

  take(kind: TokenKind): string | undefined {
    const token = this.#tokens[this.#index];
    if (token?.kind !== kind) return undefined;
    this.#index += 1;
    return token.text;
  }

  /** All of these words in a row, whatever their case, or none of them. */
  takeWords(words: string): boolean {
    const wanted = words.split(' ');
    const isThere = wanted.every((word, ahead) => this.#wordAt(this.#index + ahead) === word);
    if (isThere) this.#index += wanted.length;
    return isThere;
  }

  /** The next word in upper case, left where it is. */
  peekWord(): string | undefined {
    return this.#wordAt(this.#index);
  }

  takeSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#index];
    const isThere = token?.kind === 'symbol' && token.text === symbol;
    if (isThere) this.#index += 1;
    return isThere;
  }

  expectWords(words: string): void {
    if (!this.takeWords(words)) this.fail();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail();
  }

  /** A name, of which only the last part counts: `shop.orders` is `orders`. */
  expectName(): string {
    let name = this.#expectPart();
    while (this.takeSymbol('.')) name = this.#expectPart();
    return name;
  }

  /** One and more, separated by commas. */
  list<T>(readOne: () => T): T[] {
    const all = [readOne()];
    while (this.takeSymbol(',')) all.push(readOne());
    return all;
  }

  /** Throws the SqlError of a word that is not understood here. */
  fail(): never {
    throw new SqlError('syntax', this.#text.slice(this.offset));
  }

  #expectPart(): string {
    const quoted = this.take('name');
    if (quoted !== undefined) return quoted;
    const word = this.take('word') ?? this.fail();
    return this.lexis.foldsNames ? word.toLowerCase() : word;
  }

  #wordAt(index: number): string | undefined {
    const token = this.#tokens[index];
    return token?.kind === 'word' ? token.text.toUpperCase() : undefined;
  }
}
