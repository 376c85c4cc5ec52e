/** Captures of TCP connections, told segment by segment. */
import type { TcpFlag } from '../../harness/event.ts';
import { type MadeFrame, pcapFile } from './capture-files.ts';
import { tcpFrame } from './frame.ts';

export interface MadeConnection {
  client?: { host: string; port: number };
  upstream?: { host: string; port: number };
  /** When it begins, after the capture does. */
  startMs?: number;
}

export interface Said {
  from: 'client' | 'upstream';
  atMs: number;
  flags?: TcpFlag[];
  payload?: Buffer;
}

const startNs = 1_780_000_000_000_000_000n;
const clientIsn = 0xffff_fff0;
const upstreamIsn = 9000;

/** The segments of one connection with the numbers that they have when all arrive at once. */
export function connectionFrames(
  {
    client = { host: '10.0.0.1', port: 40_000 },
    upstream = { host: '10.0.0.5', port: 53 },
    startMs = 0,
  }: MadeConnection,
  said: readonly Said[],
): MadeFrame[] {
  const next = { client: clientIsn, upstream: upstreamIsn };
  return said.map(({ from, atMs, flags = ['ACK'], payload = Buffer.alloc(0) }) => {
    const to = from === 'client' ? 'upstream' : 'client';
    const ends = { client, upstream };
    const bytes = tcpFrame({
      source: ends[from],
      destination: ends[to],
      flags,
      seq: next[from],
      ack: flags.includes('ACK') ? next[to] : 0,
      window: 512,
      payload,
    });
    const takes = flags.includes('SYN') || flags.includes('FIN') ? 1 : 0;
    next[from] = (next[from] + payload.length + takes) >>> 0;
    return { atNs: startNs + BigInt(Math.round((startMs + atMs) * 1_000_000)), bytes };
  });
}

export const handshake: readonly Said[] = [
  { from: 'client', atMs: 0, flags: ['SYN'] },
  { from: 'upstream', atMs: 0.1, flags: ['SYN', 'ACK'] },
  { from: 'client', atMs: 0.2 },
];

/** One line of a protocol that nobody knows, and its answer. */
export function exchange(atMs: number, text = 'ask'): Said[] {
  return [
    { from: 'client', atMs, flags: ['PSH', 'ACK'], payload: Buffer.from(text) },
    { from: 'upstream', atMs: atMs + 1, flags: ['PSH', 'ACK'], payload: Buffer.from('answer') },
    { from: 'client', atMs: atMs + 1.1 },
  ];
}

/** Served once, closed by the upstream when it has lain idle, and used again. */
export function idleCloseRace(idleMs = 10_000, request = 'again'): Said[] {
  return [
    ...handshake,
    ...exchange(1),
    { from: 'upstream', atMs: 2.1 + idleMs, flags: ['FIN', 'ACK'] },
    { from: 'client', atMs: 2.2 + idleMs },
    {
      from: 'client',
      atMs: 1002 + idleMs,
      flags: ['PSH', 'ACK'],
      payload: Buffer.from(request),
    },
    { from: 'upstream', atMs: 1002.1 + idleMs, flags: ['RST'] },
  ];
}

/** In the order of their times, as they are captured. */
export function captureFile(...connections: readonly MadeFrame[][]): Buffer {
  const frames = connections.flat().sort((a, b) => Number(a.atNs - b.atNs));
  return pcapFile(frames, { isBigEndian: false, isNanoseconds: false, linkType: 1 });
}
