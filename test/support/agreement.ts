/** Holds what explain sees of each segment against what tshark sees. */
import { execFileSync } from 'node:child_process';
import { openCapture } from '../../captures/reader.ts';
import { explain } from '../../explain/explain.ts';
import { findProgram } from '../../kernel/programs.ts';

interface Seen {
  stream: number;
  flags: number;
  relativeSeq: number;
  relativeAck: number;
  length: number;
  isRetransmission: boolean;
}

/** What both are not asked about alike: FIN, SYN, RST, PSH, ACK, URG. */
const flagsCompared = 0x3f;

/** By frame number. */
export function seenByTshark(file: string): Map<number, Seen> {
  const fields = [
    ...['frame.number', 'tcp.stream', 'tcp.flags', 'tcp.seq', 'tcp.ack', 'tcp.len'],
    ...['tcp.analysis.retransmission', 'tcp.analysis.fast_retransmission'],
    ...['tcp.analysis.spurious_retransmission', 'tcp.analysis.keep_alive'],
  ];
  const text = execFileSync(
    findProgram('tshark') ?? 'tshark',
    [
      ...['-n', '-r', file, '-Y', 'tcp and not icmp and not icmpv6', '-T', 'fields'],
      ...['-o', 'tcp.desegment_tcp_streams:false', '-o', 'ip.defragment:false'],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1024 * 1024 * 1024 },
  );
  const seen = new Map<number, Seen>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [frame, stream, flags, seq, ack, length, ...sentAgain] = line.split('\t');
    seen.set(Number(frame), {
      stream: Number(stream),
      flags: Number(flags) & flagsCompared,
      relativeSeq: Number(seq),
      relativeAck: Number(ack),
      length: Number(length),
      // A single byte that was not acknowledged is a keep-alive to tshark, and sent again to us.
      isRetransmission:
        sentAgain.slice(0, 3).some(Boolean) || (sentAgain[3] !== '' && length === '1'),
    });
  }
  return seen;
}

/** By frame number. */
export async function seenByUs(file: string): Promise<Map<number, Seen>> {
  const seen = new Map<number, Seen>();
  await explain(openCapture(file), (segment, { flags, payloadLength }, { number }) => {
    const { connection, relativeSeq, relativeAck, isRetransmission } = segment;
    seen.set(number, {
      stream: connection.number,
      flags: flags & flagsCompared,
      relativeSeq,
      relativeAck,
      length: payloadLength,
      isRetransmission,
    });
  });
  return seen;
}

/**
 * In words, empty when they agree on every segment. Streams are numbered differently: tshark also counts the
 * packets that ICMP repeats.
 */
export async function differences(file: string): Promise<string[]> {
  const theirs = seenByTshark(file);
  const ours = await seenByUs(file);
  const streams = new Map<number, number>();
  const found: string[] = [];
  for (const [frame, their] of theirs) {
    const our = ours.get(frame);
    if (!our) {
      found.push(`frame ${frame} is not seen`);
      continue;
    }
    if (!streams.has(their.stream)) streams.set(their.stream, our.stream);
    const same = { ...their, stream: streams.get(their.stream) };
    for (const key of Object.keys(same) as (keyof Seen)[]) {
      if (same[key] !== our[key])
        found.push(`frame ${frame}: ${key} ${our[key]}, not ${same[key]}`);
    }
  }
  for (const frame of ours.keys()) if (!theirs.has(frame)) found.push(`frame ${frame} is too much`);
  if (new Set(streams.values()).size !== streams.size) found.push('connections are taken for one');
  return found;
}
