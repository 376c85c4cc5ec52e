/** Reads pcaps with tshark(1), to hold ours against it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A packet, as tshark reads it. */
export interface SeenFrame {
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
export function writeTogether(pcaps: readonly string[], together: string): Buffer[] {
  const all = pcaps.map((file) => readFileSync(file));
  const rest = all.map((pcap, index) => (index === 0 ? pcap : pcap.subarray(pcapHeaderBytes)));
  writeFileSync(together, Buffer.concat(rest));
  return all;
}

/**
 * What tshark reads in each of these pcaps, by frame number; they are to be few enough that no connection has
 * the addresses and ports of another. They are read as one, since to start it takes far longer than to read.
 * @param folder Where they are put together.
 */
export function readTogether(
  tshark: string,
  pcaps: readonly string[],
  folder: string,
): Map<number, SeenFrame>[] {
  const together = join(folder, 'together.pcap');
  const all = writeTogether(pcaps, together);
  const seen = readWithTshark(tshark, together);
  let before = 0;
  return all.map((pcap) => {
    const count = packetCount(pcap);
    const own = new Map<number, SeenFrame>();
    for (let frame = 1; frame <= count; frame++) {
      const packet = seen.get(before + frame);
      if (packet) own.set(frame, packet);
    }
    before += count;
    return own;
  });
}

/** What tshark reads in a pcap, by frame number. */
function readWithTshark(tshark: string, pcap: string): Map<number, SeenFrame> {
  const fields = [
    ...['frame.number', 'ip.src', 'tcp.srcport', 'tcp.seq', 'tcp.len', 'tcp.flags'],
    ...['udp.srcport', 'udp.length'],
  ];
  const text = execFileSync(
    tshark,
    ['-n', '-r', pcap, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(
    rows.map(([frame, host, port, seq, tcpLength, flags, udpPort, udpLength]) => {
      const bits = Number(flags);
      const isDatagram = !port;
      const from = `${host}:${port || udpPort}`;
      const length = isDatagram ? Number(udpLength) - udpHeaderBytes : Number(tcpLength);
      return [
        Number(frame),
        {
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
