/** A capture of any size: DNS over TCP by pools of connections, of which some end badly. Seeded. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { encode } from 'dns-packet';
import { randomFrom, weighted, wholeBelow } from '../random.ts';

const linkTypeEthernet = 1;
const batchPackets = 2000;
const flags = { fin: 0x11, syn: 0x02, synAck: 0x12, rst: 0x14, ack: 0x10, push: 0x18 } as const;

/** How a connection ends, and how often of a hundred. */
const endings = {
  'client closes': 70,
  'upstream closes while idle': 15,
  'reset while idle': 8,
  'closed before the answer': 7,
} as const;
type Ending = keyof typeof endings;

const queriesMax = 6;
/** The limit of the upstream. */
const idleUs = 10_000_000;

export interface Made {
  packets: number;
  connections: number;
  sizeBytes: number;
  /** How many connections ended in each way. */
  ended: Record<Ending, number>;
}

/** @param file Is overwritten. */
export function makeCapture(file: string, packetsWanted: number, seed: number): Made {
  const random = randomFrom(seed);
  const fd = openSync(file, 'w');
  let sizeBytes = writeSync(fd, header());
  let packets = 0;
  let connections = 0;
  const ended: Record<Ending, number> = {
    'client closes': 0,
    'upstream closes while idle': 0,
    'reset while idle': 0,
    'closed before the answer': 0,
  };
  let atUs = 1_795_000_000_000_000;
  let batch: Buffer[] = [];
  const flush = () => {
    sizeBytes += writeSync(fd, Buffer.concat(batch));
    batch = [];
  };

  const connection = (number: number) => {
    const client = { host: 0x0a000001 + (number % 200), port: 20_000 + (number % 40_000) };
    const upstream = { host: 0x0a010001 + (number % 3), port: 53 };
    let clientSeq = wholeBelow(random, 0xffffffff);
    let upstreamSeq = wholeBelow(random, 0xffffffff);
    const send = (isClient: boolean, bits: number, payload: Buffer = empty) => {
      atUs += 20 + wholeBelow(random, 200);
      const [from, to] = isClient ? [client, upstream] : [upstream, client];
      const [seq, ack] = isClient ? [clientSeq, upstreamSeq] : [upstreamSeq, clientSeq];
      batch.push(record(atUs, segment(from, to, seq, bits === flags.syn ? 0 : ack, bits, payload)));
      packets += 1;
      const span = payload.length + Number((bits & 3) !== 0);
      if (isClient) clientSeq = (clientSeq + span) >>> 0;
      else upstreamSeq = (upstreamSeq + span) >>> 0;
    };
    send(true, flags.syn);
    send(false, flags.synAck);
    send(true, flags.ack);
    const count = 1 + wholeBelow(random, queriesMax);
    for (let query = 0; query < count; query++) {
      const message = { id: query + 1, name: `host-${number}-${query}.example` };
      send(true, flags.push, question(message));
      send(false, flags.ack);
      send(false, flags.push, answer(message));
      send(true, flags.ack);
    }
    const how = weighted(random, endings);
    ended[how] += 1;
    end(how, send, number);
  };
  const end = (how: Ending, send: Send, number: number) => {
    switch (how) {
      case 'client closes':
        send(true, flags.fin);
        send(false, flags.fin);
        send(true, flags.ack);
        return;
      case 'upstream closes while idle':
        atUs += idleUs;
        send(false, flags.fin);
        send(true, flags.push, question({ id: 99, name: `again-${number}.example` }));
        send(false, flags.rst);
        return;
      case 'reset while idle':
        atUs += idleUs / 2;
        send(false, flags.rst);
        return;
      case 'closed before the answer':
        send(true, flags.push, question({ id: 98, name: `lost-${number}.example` }));
        send(false, flags.fin);
        send(true, flags.fin);
        send(false, flags.ack);
    }
  };

  while (packets < packetsWanted) {
    connection(connections);
    connections += 1;
    if (batch.length >= batchPackets) flush();
  }
  flush();
  closeSync(fd);
  return { packets, connections, sizeBytes, ended };
}

type Send = (isClient: boolean, bits: number, payload?: Buffer) => void;

const empty = Buffer.alloc(0);

function header(): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(linkTypeEthernet, 20);
  return bytes;
}

function record(atUs: number, frame: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(atUs / 1_000_000), 0);
  head.writeUInt32LE(atUs % 1_000_000, 4);
  head.writeUInt32LE(frame.length, 8);
  head.writeUInt32LE(frame.length, 12);
  return Buffer.concat([head, frame]);
}

interface Endpoint {
  host: number;
  port: number;
}

function segment(
  from: Endpoint,
  to: Endpoint,
  seq: number,
  ack: number,
  bits: number,
  payload: Buffer,
): Buffer {
  const bytes = Buffer.alloc(54 + payload.length);
  bytes.writeUInt16BE(0x0800, 12);
  bytes.writeUInt8(0x45, 14);
  bytes.writeUInt16BE(40 + payload.length, 16);
  bytes.writeUInt16BE(0x4000, 20);
  bytes.writeUInt8(64, 22);
  bytes.writeUInt8(6, 23);
  bytes.writeUInt32BE(from.host, 26);
  bytes.writeUInt32BE(to.host, 30);
  bytes.writeUInt16BE(from.port, 34);
  bytes.writeUInt16BE(to.port, 36);
  bytes.writeUInt32BE(seq, 38);
  bytes.writeUInt32BE(ack, 42);
  bytes.writeUInt8(0x50, 46);
  bytes.writeUInt8(bits, 47);
  bytes.writeUInt16BE(512, 48);
  payload.copy(bytes, 54);
  return bytes;
}

interface Asked {
  id: number;
  name: string;
}

function question({ id, name }: Asked): Buffer {
  return framed(encode({ type: 'query', id, questions: [{ type: 'A', name }] }));
}

function answer({ id, name }: Asked): Buffer {
  const answers = [{ type: 'A' as const, name, ttl: 60, data: '192.0.2.1' }];
  return framed(encode({ type: 'response', id, questions: [{ type: 'A', name }], answers }));
}

/** RFC 1035 section 4.2.2. */
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
