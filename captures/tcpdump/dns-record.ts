/** Resource records, RFC 1035 section 3.2. */
import { ipv4Text, ipv6Text } from './address.ts';
import { behindName, dnsName, visible } from './dns-name.ts';
import { classText, typeText } from './dns-names.ts';
import { has, type Span, u8, u16 } from './span.ts';

export interface RecordText {
  text: string;
  /** Where the next one begins; undefined when this one was cut. */
  next: number | undefined;
}

const fixedLength = 10;
const classIn = 1;

/** Undefined when it was cut before its data. */
export function recordText(message: Span, offset: number): RecordText | undefined {
  const at = behindName(message, offset);
  if (at === undefined || !has(message, at + fixedLength)) return undefined;
  const [type, of, length] = [u16(message, at), u16(message, at + 2), u16(message, at + 8)];
  const name = `${of === classIn ? '' : `${classText(of)} `}${typeText(type)}`;
  const data = dataText(message, type, at + fixedLength, length);
  const end = at + fixedLength + length;
  return data === undefined || !has(message, end)
    ? { text: name, next: undefined }
    : { text: `${name}${data}`, next: end };
}

/** Nothing for a type that is only named. Undefined when it was cut. */
function dataText(message: Span, type: number, at: number, length: number): string | undefined {
  const needs = (bytes: number, text: () => string) =>
    has(message, at + bytes) ? text() : undefined;
  const named = (offset: number, text: (name: string) => string) => {
    const name = dnsName(message, offset);
    return name && text(name.text);
  };
  switch (type) {
    case 1:
      return needs(4, () => ` ${ipv4Text(message, at)}`);
    case 28:
      return needs(16, () => ` ${ipv6Text(message, at)}`);
    case 2:
    case 5:
    case 12:
    case 39:
      return named(at, (name) => ` ${name}`);
    case 15:
      return named(at + 2, (name) => ` ${name} ${u16(message, at)}`);
    case 16:
      return stringsText(message, at, length);
    case 33:
      return named(
        at + 6,
        (name) => ` ${name}:${u16(message, at + 4)} ${u16(message, at)} ${u16(message, at + 2)}`,
      );
    default:
      return '';
  }
}

/** ` "hello" "b"` */
function stringsText(message: Span, at: number, length: number): string | undefined {
  let text = '';
  let offset = at;
  while (offset < at + length) {
    if (!has(message, offset + 1)) return undefined;
    const size = u8(message, offset);
    if (!has(message, offset + 1 + size)) return undefined;
    text += ` "${visible(message, offset + 1, size)}"`;
    offset += 1 + size;
  }
  return text;
}
