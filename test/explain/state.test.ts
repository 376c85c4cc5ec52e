import { Readable } from 'node:stream';
import t from 'tap';
import { explain } from '../../explain/explain.ts';
import type { TcpFlag } from '../../harness/event.ts';
import { pcapFile } from '../support/capture-files.ts';
import { tcpFrame } from '../support/frame.ts';

const client = { host: '10.0.0.1', port: 40_000 };
const upstream = { host: '10.0.0.2', port: 80 };

type Line = readonly ['client' | 'upstream', TcpFlag[], seq: number, ack: number];

/** Numbers count from 0, the SYN. */
async function statesAfter(lines: readonly Line[]): Promise<string[]> {
  const frames = lines.map(([from, flags, seq, ack], index) => ({
    atNs: BigInt(index) * 1_000_000n,
    bytes: tcpFrame({
      source: from === 'client' ? client : upstream,
      destination: from === 'client' ? upstream : client,
      flags,
      seq,
      ack,
      window: 100,
      payload: Buffer.alloc(0),
    }),
  }));
  const file = pcapFile(frames, { isBigEndian: false, isNanoseconds: false, linkType: 1 });
  const { shown } = await explain(Readable.from([file]));
  return shown.map((one) => `${one.client.state} ${one.upstream.state}`);
}

const opened: Line[] = [
  ['client', ['SYN'], 0, 0],
  ['upstream', ['SYN', 'ACK'], 0, 1],
  ['client', ['ACK'], 1, 1],
];

const steps: readonly (readonly [string, Line[], string])[] = [
  ['a SYN alone', opened.slice(0, 1), 'SYN-SENT CLOSED'],
  ['a SYN that was answered', opened.slice(0, 2), 'ESTABLISHED SYN-RECEIVED'],
  ['a handshake', opened, 'ESTABLISHED ESTABLISHED'],
  ['a FIN', [...opened, ['client', ['FIN', 'ACK'], 1, 1]], 'FIN-WAIT-1 CLOSE-WAIT'],
  [
    'a FIN that was acknowledged',
    [...opened, ['client', ['FIN', 'ACK'], 1, 1], ['upstream', ['ACK'], 1, 2]],
    'FIN-WAIT-2 CLOSE-WAIT',
  ],
  [
    'the FIN of the other end behind it',
    [...opened, ['client', ['FIN', 'ACK'], 1, 1], ['upstream', ['FIN', 'ACK'], 1, 2]],
    'TIME-WAIT LAST-ACK',
  ],
  [
    'the last acknowledgement',
    [
      ...opened,
      ['client', ['FIN', 'ACK'], 1, 1],
      ['upstream', ['FIN', 'ACK'], 1, 2],
      ['client', ['ACK'], 2, 2],
    ],
    'TIME-WAIT CLOSED',
  ],
  [
    'both close at once',
    [...opened, ['client', ['FIN', 'ACK'], 1, 1], ['upstream', ['FIN', 'ACK'], 1, 1]],
    'CLOSING CLOSING',
  ],
  [
    'both close at once, and one was acknowledged',
    [
      ...opened,
      ['client', ['FIN', 'ACK'], 1, 1],
      ['upstream', ['FIN', 'ACK'], 1, 1],
      ['client', ['ACK'], 2, 2],
    ],
    'CLOSING TIME-WAIT',
  ],
  ['a RST', [...opened, ['upstream', ['RST', 'ACK'], 1, 1]], 'CLOSED CLOSED'],
];

for (const [what, lines, states] of steps) {
  t.test(`the states of both ends after ${what}`, async (t) => {
    t.same(await statesAfter(lines), [states]);
  });
}
