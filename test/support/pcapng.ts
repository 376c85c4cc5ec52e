/**
 * Reads a pcapng file as the draft has it (draft-ietf-opsawg-pcapng) and forgives nothing: a wrong length,
 * padding that is not zero, bytes after the last option or a block that does not belong there throw.
 */

export interface ReadPacket {
  atUs: number;
  bytes: Buffer;
  lengthOnWire: number;
  comments: string[];
}

export interface ReadInterface {
  linkType: number;
  name: string;
  description: string;
  resolution: number;
  /** Undefined without a statistics block. */
  received?: number;
  dropped?: number;
}

export interface ReadSection {
  os: string;
  application: string;
  comments: string[];
  interfaces: ReadInterface[];
  packets: ReadPacket[];
}

type Option = readonly [code: number, value: Buffer];

class Cursor {
  at = 0;
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  get left(): number {
    return this.#bytes.length - this.at;
  }
  take(length: number): Buffer {
    if (length > this.left)
      throw new Error(`${length} bytes wanted at ${this.at}, ${this.left} left`);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
  u16 = () => this.take(2).readUInt16LE();
  u32 = () => this.take(4).readUInt32LE();
  i64 = () => Number(this.take(8).readBigInt64LE());
  timestamp = () => this.u32() * 2 ** 32 + this.u32();
  padded(length: number): Buffer {
    const value = this.take(length);
    const padding = this.take(-length & 3);
    if (padding.some((byte) => byte !== 0))
      throw new Error(`padding before ${this.at} is not zero`);
    return value;
  }
  options(): Option[] {
    const options: Option[] = [];
    if (this.left === 0) return options;
    for (;;) {
      const code = this.u16();
      const value = this.padded(this.u16());
      if (code === 0) break;
      options.push([code, value]);
    }
    if (this.left > 0) throw new Error(`${this.left} bytes after the end of the options`);
    return options;
  }
}

const texts = (options: readonly Option[], wanted: number) =>
  options.flatMap(([code, value]) => (code === wanted ? [value.toString('utf8')] : []));
const numbers = (options: readonly Option[], wanted: number) =>
  options.flatMap(([code, value]) => (code === wanted ? [Number(value.readBigUInt64LE())] : []));

export function readPcapng(file: Uint8Array): ReadSection[] {
  const cursor = new Cursor(Buffer.from(file));
  const sections: ReadSection[] = [];
  let sectionEnd = 0;
  while (cursor.left > 0) {
    const start = cursor.at;
    const type = cursor.u32();
    const length = cursor.u32();
    if (length % 4 !== 0) throw new Error(`block at ${start} has ${length} bytes`);
    const body = new Cursor(cursor.take(length - 12));
    if (cursor.u32() !== length) throw new Error(`block at ${start} ends with another length`);
    if (type === 0x0a0d0d0a) {
      if (start !== sectionEnd) throw new Error(`a section was to end at ${sectionEnd}`);
      const { section, sectionBytes } = sectionHeader(body);
      sections.push(section);
      sectionEnd = cursor.at + sectionBytes;
    } else readBlock(type, body, sections.at(-1));
  }
  if (cursor.at !== sectionEnd) throw new Error(`the last section was to end at ${sectionEnd}`);
  return sections;
}

function sectionHeader(body: Cursor): { section: ReadSection; sectionBytes: number } {
  const [magic, major, minor, sectionBytes] = [body.u32(), body.u16(), body.u16(), body.i64()];
  if (magic !== 0x1a2b3c4d || major !== 1 || minor !== 0) throw new Error('no pcapng 1.0');
  const options = body.options();
  const [os = ''] = texts(options, 3);
  const [application = ''] = texts(options, 4);
  const comments = texts(options, 1);
  return { section: { os, application, comments, interfaces: [], packets: [] }, sectionBytes };
}

function readBlock(type: number, body: Cursor, section: ReadSection | undefined): void {
  if (!section) throw new Error(`block ${type} before any section`);
  switch (type) {
    case 1: {
      const linkType = body.u16();
      body.take(6);
      const options = body.options();
      const [name = ''] = texts(options, 2);
      const [description = ''] = texts(options, 3);
      const resolution = options.find(([code]) => code === 9)?.[1].readUInt8() ?? 6;
      section.interfaces.push({ linkType, name, description, resolution });
      return;
    }
    case 5: {
      const of = section.interfaces[body.u32()];
      if (!of) throw new Error('statistics of no interface');
      body.timestamp();
      const options = body.options();
      const [received] = numbers(options, 4);
      const [dropped] = numbers(options, 5);
      if (received !== undefined) of.received = received;
      if (dropped !== undefined) of.dropped = dropped;
      return;
    }
    case 6: {
      if (!section.interfaces[body.u32()]) throw new Error('a packet of no interface');
      const atUs = body.timestamp();
      const captured = body.u32();
      const lengthOnWire = body.u32();
      const bytes = body.padded(captured);
      section.packets.push({ atUs, bytes, lengthOnWire, comments: texts(body.options(), 1) });
      return;
    }
    default:
      throw new Error(`block type ${type}`);
  }
}
