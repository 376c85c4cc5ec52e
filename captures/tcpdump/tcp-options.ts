/** TCP options as tcpdump prints them, RFC 9293 section 3.2 and the IANA registry of option kinds. */
import type { Relative } from './conversations.ts';
import { has, type Span, u8, u16, u32 } from './span.ts';

const kinds = { eol: 0, nop: 1, sack: 5 } as const;

interface Option {
  name: string;
  /** Of its value, which is read whatever length the option gives; undefined: what that says. */
  valueBytes: number | undefined;
  /** Undefined for a value that cannot be. */
  text(value: Span, length: number, relative: Relative): string | undefined;
}

function option(
  name: string,
  valueBytes: Option['valueBytes'],
  text: Option['text'] = () => '',
): Option {
  return { name, valueBytes, text };
}

const hex = ({ bytes, at }: Span, length: number) => bytes.toString('hex', at, at + length);
const number32 = (value: Span) => ` ${u32(value, 0)}`;

const known: ReadonlyMap<number, Option> = new Map([
  [2, option('mss', 2, (value) => ` ${u16(value, 0)}`)],
  [3, option('wscale', 1, (value) => ` ${u8(value, 0)}`)],
  [4, option('sackOK', 0)],
  [kinds.sack, option('sack', undefined, sackText)],
  [6, option('echo', 4, number32)],
  [7, option('echoreply', 4, number32)],
  [8, option('TS', 8, (value) => ` val ${u32(value, 0)} ecr ${u32(value, 4)}`)],
  [11, option('cc', 4, number32)],
  [12, option('ccnew', 4, number32)],
  // tcpdump has no name for it.
  [13, option('', 4, number32)],
  [19, option('md5', 16, signatureText)],
  [28, option('uto', 2, userTimeoutText)],
  [34, option('tfo', undefined, fastOpenText)],
  [254, option('exp', undefined, experimentText)],
]);

/** RFC 2018 section 3. */
function sackText(value: Span, length: number, relative: Relative): string {
  if (length % 8 !== 0) return ' invalid sack';
  return ` ${length / 8} ${sackBlocks(value, length, relative)}`;
}

/** Those that are whole. */
function sackBlocks(value: Span, length: number, { sackBase }: Relative): string {
  const blocks = Array.from({ length: Math.floor(length / 8) }, (_, block) => {
    const [left, right] = [u32(value, block * 8), u32(value, block * 8 + 4)];
    return `{${(left - sackBase) >>> 0}:${(right - sackBase) >>> 0}}`;
  });
  return blocks.join('');
}

/** RFC 2385; nobody can check it without the secret. */
function signatureText(value: Span, length: number): string {
  return ` shared secret not supplied with -M, can't check - ${hex(value, length)}`;
}

/** RFC 5482 section 3, minutes or seconds; tcpdump takes the last bit for the first one. */
function userTimeoutText(value: Span): string {
  const field = u16(value, 0);
  const seconds = (field >> 1) * (field & 1 ? 60 : 1);
  return ` 0x${field.toString(16)} ${seconds}`;
}

/** RFC 7413 section 4.1.1: 4 to 16 bytes, an even number of them. */
function fastOpenText(value: Span, length: number): string {
  if (length === 0) return '  cookiereq';
  const isCookie = length >= 4 && length <= 16 && length % 2 === 0;
  return isCookie ? `  cookie ${hex(value, length)}` : '  (invalid)';
}

/** RFC 6994 section 3. */
function experimentText(value: Span, length: number): string | undefined {
  return length < 2 ? undefined : `-${hex(value, 2)}`;
}

/** With the bracket that opens them, and the one that closes them where the line goes on. */
export interface OptionsText {
  text: string;
  isWhole: boolean;
}

/** @param options Those of one segment; its `wireLength` is what the header says, and the payload follows. */
export function optionsText(options: Span, relative: Relative): OptionsText {
  let text = '[';
  let offset = 0;
  while (offset < options.wireLength) {
    if (offset > 0) text += ',';
    const one = optionAt(options, offset, relative);
    text += one.text;
    if (one.bytes === undefined) return { text, isWhole: false };
    if (one.isLast) break;
    offset += one.bytes;
  }
  return { text: `${text}]`, isWhole: true };
}

interface OptionText {
  text: string;
  /** Undefined when it was cut or cannot be: then nothing after it is read. */
  bytes: number | undefined;
  isLast?: true;
}

const truncated = ' [|tcp]';

function optionAt(options: Span, offset: number, relative: Relative): OptionText {
  if (!has(options, offset + 1)) return { text: truncated, bytes: undefined };
  const kind = u8(options, offset);
  if (kind === kinds.eol) return { text: 'eol', bytes: 1, isLast: true };
  if (kind === kinds.nop) return { text: 'nop', bytes: 1 };
  if (!has(options, offset + 2)) return { text: truncated, bytes: undefined };
  const length = u8(options, offset + 1);
  const left = options.wireLength - offset;
  // tcpdump marks the end twice behind other options.
  const isFirst = offset === 0;
  const bad = (name: string) => ({
    text: `${name}[bad opt]${isFirst ? '' : ']'}`,
    bytes: undefined,
  });
  if (length < 2 || length > left) return bad('');
  const { name, valueBytes = length - 2, text } = known.get(kind) ?? unknown(kind);
  if (2 + valueBytes > left) return bad(name);
  const value = { ...options, at: options.at + offset + 2 };
  if (isCut(kind, value, valueBytes)) {
    const partial = partialText(kind, value, valueBytes, relative);
    return { text: `${name}${partial}${truncated}${isFirst ? '' : '>'}`, bytes: undefined };
  }
  const content = text(value, valueBytes, relative);
  if (content === undefined) return bad(name);
  const remark = valueBytes === length - 2 ? '' : `[len ${length}]`;
  return { text: `${name}${content}${remark}`, bytes: 2 + valueBytes };
}

/** What is said of an invalid SACK needs none of its bytes. */
function isCut(kind: number, value: Span, valueBytes: number): boolean {
  return !has(value, valueBytes) && !(kind === kinds.sack && valueBytes % 8 !== 0);
}

function unknown(kind: number): Option {
  const text = (value: Span, length: number) => (length === 0 ? '' : ` 0x${hex(value, length)}`);
  return option(`unknown-${kind}`, undefined, text);
}

/** What is shown of a value that was cut. */
function partialText(kind: number, value: Span, valueBytes: number, relative: Relative): string {
  const captured = value.end - value.at;
  if (kind === kinds.sack) return ` ${valueBytes / 8} ${sackBlocks(value, captured, relative)}`;
  return known.has(kind) ? '' : ` 0x${hex(value, captured)}`;
}
