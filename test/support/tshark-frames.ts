/** Reads pcaps with tshark(1), to hold ours against it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A packet, as tshark reads it. */
export interface SeenFrame {
  /** The same for all packets between two ends, of whichever capture; undefined where tshark counts none. */
  stream: string | undefined;
  from: string;
  isDatagram: boolean;
  seq: number;
  length: number;
  fin: boolean;
  rst: boolean;
}

/** RFC 768. */
const udpHeaderBytes = 8;

/** The file header of a classic pcap, and the header of each packet; its length on disk is in the latter. */
const pcapHeaderBytes = 24;
const recordHeaderBytes = 16;

function packetCount(pcap: Buffer): number {
  let count = 0;
  for (let at = pcapHeaderBytes; at < pcap.length; count++) {
    at += recordHeaderBytes + pcap.readUInt32LE(at + 8);
  }
  return count;
}

/** Puts pcaps one behind the other into one. Returns each of them. */
function writeTogether(pcaps: readonly string[], together: string): Buffer[] {
  const all = pcaps.map((file) => readFileSync(file));
  const rest = all.map((pcap, index) => (index === 0 ? pcap : pcap.subarray(pcapHeaderBytes)));
  writeFileSync(together, Buffer.concat(rest));
  return all;
}

interface Together {
  /** The pcaps one behind the other, as one. */
  file: string;
  /** What tshark reads in each, by frame number. */
  frames: Map<string, Map<number, SeenFrame>>;
  /** Those that hold a connection with the addresses and ports of one before; they are not in `file`. */
  apart: string[];
}

/**
 * Reads pcaps as one, since to start tshark takes far longer than to read; but for those that would then be
 * read otherwise.
 * @param folder Where they are put together.
 */
export function readTogether(tshark: string, pcaps: readonly string[], folder: string): Together {
  const file = join(folder, 'together.pcap');
  const frames = framesOf(tshark, pcaps, file);
  const taken = new Set<string>();
  const apart = pcaps.filter((pcap) => {
    const packets = [...(frames.get(pcap)?.values() ?? [])];
    const own = new Set(packets.flatMap(({ stream }) => stream ?? []));
    const isApart = [...own].some((stream) => taken.has(stream));
    for (const stream of own) taken.add(stream);
    return isApart;
  });
  if (apart.length > 0) {
    const alone = join(folder, 'alone.pcap');
    for (const pcap of apart) frames.set(pcap, new Map(framesOf(tshark, [pcap], alone).get(pcap)));
    writeTogether(
      pcaps.filter((pcap) => !apart.includes(pcap)),
      file,
    );
  }
  return { file, frames, apart };
}

function framesOf(tshark: string, pcaps: readonly string[], file: string): Together['frames'] {
  const all = writeTogether(pcaps, file);
  const seen = readWithTshark(tshark, file);
  let before = 0;
  return new Map(
    all.map((bytes, index) => {
      const count = packetCount(bytes);
      const own = new Map<number, SeenFrame>();
      for (let frame = 1; frame <= count; frame++) {
        const packet = seen.get(before + frame);
        if (packet) own.set(frame, packet);
      }
      before += count;
      return [pcaps[index] ?? '', own];
    }),
  );
}

/** What tshark reads in a pcap, by frame number. */
function readWithTshark(tshark: string, pcap: string): Map<number, SeenFrame> {
  const fields = [
    ...['frame.number', 'ip.src', 'tcp.srcport', 'tcp.seq', 'tcp.len', 'tcp.flags'],
    ...['udp.srcport', 'udp.length', 'tcp.stream', 'udp.stream'],
  ];
  const text = execFileSync(
    tshark,
    ['-n', '-r', pcap, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 256 * 1024 * 1024 },
  );
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(
    rows.map(([frame, host, port, seq, tcpLength, flags, udpPort, udpLength, tcp, udp]) => {
      const bits = Number(flags);
      const isDatagram = !port;
      const from = `${host}:${port || udpPort}`;
      const length = isDatagram ? Number(udpLength) - udpHeaderBytes : Number(tcpLength);
      return [
        Number(frame),
        {
          stream: tcp ? `tcp ${tcp}` : udp && `udp ${udp}`,
          from,
          isDatagram,
          seq: Number(seq),
          length,
          fin: (bits & 1) > 0,
          rst: (bits & 4) > 0,
        },
      ];
    }),
  );
}
