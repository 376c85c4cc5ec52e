/** Domain names in a message, RFC 1035 sections 3.1 and 4.1.4. */
import { has, type Span, u8, u16 } from './span.ts';

export interface DnsName {
  /** `a.example.`, with what does not print as `^A` or `M-x`. */
  text: string;
  /** Where the name ends, as an offset into the message. */
  next: number;
}

const pointer = 0xc0;
/** More than a name of 255 bytes can have; it ends loops of pointers. */
const hopsMax = 128;

/** Undefined when it was cut, or points where no name is. */
export function dnsName(message: Span, start: number): DnsName | undefined {
  let text = '';
  let offset = start;
  let next: number | undefined;
  for (let hops = 0; hops < hopsMax; hops++) {
    const part = partAt(message, offset);
    if (part === undefined) return undefined;
    if (part.kind === 'end') return { text: text === '' ? '.' : text, next: next ?? offset + 1 };
    if (part.kind === 'pointer') {
      // Only what stands before may be pointed at.
      if (part.target >= offset) return undefined;
      next ??= offset + 2;
      offset = part.target;
    } else {
      text += `${part.text}.`;
      offset += part.bytes;
    }
  }
  return undefined;
}

/** Where a name ends, wherever it points; undefined when it was cut. */
export function behindName(message: Span, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const part = partAt(message, offset);
    if (part === undefined) return undefined;
    if (part.kind === 'end') return offset + 1;
    if (part.kind === 'pointer') return offset + 2;
    offset += part.bytes;
  }
}

type NamePart =
  | { kind: 'end' }
  | { kind: 'pointer'; target: number }
  | { kind: 'label'; text: string; bytes: number };

function partAt(message: Span, offset: number): NamePart | undefined {
  if (!has(message, offset + 1)) return undefined;
  const length = u8(message, offset);
  if (length === 0) return { kind: 'end' };
  if ((length & pointer) === pointer) {
    if (!has(message, offset + 2)) return undefined;
    return { kind: 'pointer', target: u16(message, offset) & 0x3fff };
  }
  if (length & pointer || !has(message, offset + 1 + length)) return undefined;
  return { kind: 'label', text: visible(message, offset + 1, length), bytes: 1 + length };
}

/** Bytes as text: control characters as `^A`, those above ASCII as `M-a`. */
export function visible({ bytes, at }: Span, offset: number, length: number): string {
  return [...bytes.subarray(at + offset, at + offset + length)].map(visibleByte).join('');
}

function visibleByte(byte: number): string {
  const meta = byte > 0x7f ? 'M-' : '';
  const ascii = byte & 0x7f;
  const isControl = ascii < 0x20 || ascii === 0x7f;
  return `${meta}${isControl ? '^' : ''}${String.fromCharCode(isControl ? ascii ^ 0x40 : ascii)}`;
}
