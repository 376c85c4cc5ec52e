/** What the reports tell people to type is taken by Wireshark's own parser, and finds the packets. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { explain } from '../../../explain/explain.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { connectionFilter, framesFilter } from '../../../reports/explain/wireshark.ts';
import { captureFile, connectionFrames, idleCloseRace } from '../../support/made-capture.ts';

const tshark = findProgram('tshark');
const skip = tshark ? false : 'tshark is not installed';

for (const [name, ends] of [
  ['IPv4', {}],
  [
    'IPv6',
    {
      client: { host: '2001:db8:0:0:0:0:0:1', port: 40_000 },
      upstream: { host: '2001:db8:0:0:0:0:0:5', port: 53 },
    },
  ],
  [
    'both ends of one host',
    { client: { host: '::1', port: 40_000 }, upstream: { host: '::1', port: 53 } },
  ],
] as const) {
  t.test(name, { skip }, async (t) => {
    const other = { ...ends, client: { host: '10.0.0.9', port: 41_000 } };
    const mine = connectionFrames(ends, idleCloseRace());
    const theirs = connectionFrames(name === 'IPv4' ? other : { startMs: 20_000 }, idleCloseRace());
    const file = captureFile(mine, theirs);
    const path = join(t.testdir(), 'a.pcap');
    writeFileSync(path, file);
    const framesOf = (filter: string) => {
      const { stdout, stderr, status } = spawnSync(
        tshark ?? '',
        ['-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number'],
        { encoding: 'utf8' },
      );
      t.equal(status, 0, stderr);
      return stdout.trim().split('\n').map(Number);
    };
    const { shown } = await explain(Readable.from([file]));
    const [connection] = shown;
    if (!connection?.findings[0]) throw new Error('there is no finding');
    const { proof } = connection.findings[0];
    t.strictSame(
      framesOf(framesFilter(proof)),
      proof.map(({ frame }) => frame).sort((a, b) => a - b),
    );
    t.equal(framesOf(connectionFilter(connection)).length, mine.length);
  });
}
