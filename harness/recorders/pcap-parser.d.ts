/** The part of pcap-parser 0.2 that is used here; it ships no types. */
declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';
  import type { Readable } from 'node:stream';

  export interface PacketHeader {
    timestampSeconds: number;
    timestampMicroseconds: number;
    capturedLength: number;
    originalLength: number;
  }
  export interface ParsedPacket {
    header: PacketHeader;
    data: Buffer;
  }
  export interface GlobalHeader {
    linkLayerType: number;
  }
  interface Parser extends EventEmitter {
    /** What was read and is not yet parsed. */
    buffer: Buffer | null;
    on(event: 'packet', listener: (packet: ParsedPacket) => void): this;
    on(event: 'globalHeader', listener: (header: GlobalHeader) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'end', listener: () => void): this;
  }
  export function parse(input: Readable): Parser;
}
