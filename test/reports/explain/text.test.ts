/** The text is short however many connections there are, holds what proves it, and lets nothing act. */
import { Readable } from 'node:stream';
import t from 'tap';
import { diagnosisNames } from '../../../explain/diagnosis.ts';
import { explain } from '../../../explain/explain.ts';
import type { Explained } from '../../../explain/result.ts';
import { text } from '../../../reports/explain/text.ts';
import { widthOf } from '../../../reports/text/columns.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  idleCloseRace,
} from '../../support/made-capture.ts';

const explained = (file: Buffer) => explain(Readable.from([file]));
const plain = { colour: false, widthColumns: 100 };
const textOf = (explained: Explained, options = plain) =>
  text({ file: 'a.pcap', explained, ladders: [] }, options);

const races = (count: number) =>
  captureFile(
    ...Array.from({ length: count }, (_, at) =>
      connectionFrames(
        { client: { host: '10.0.0.1', port: 40_000 + at }, startMs: at * 20 },
        idleCloseRace(),
      ),
    ),
  );

t.test('a diagnosis is told with its figures, its packets and what to change', async (t) => {
  const shown = textOf(await explained(races(1)), { colour: false, widthColumns: 160 });
  for (const line of [
    /^a\.pcap$/m,
    /^pcap · 10 packets · over 11\.0 s · 1 TCP connection · from 2026-05-28 /m,
    /^✗ idle-close-race {2}1 connection$/m,
    /upstream 10\.0\.0\.5:53, 1 of them$/m,
    /closed after 10\.0 s idle, the client reused the connection after 11\.0 s; it closes after 10\.0 s idle/,
    /^ {6}frame 7 +\+10\.0 s {2}FIN of the upstream/m,
    /^ {6}frame 9 +\+11\.0 s {2}the client sends on it/m,
    /^ {6}frame 10 +\+11\.0 s {2}RST/m,
    /^ {2}change: set the client's idle limit below the upstream's/m,
    /^ {2}Wireshark: frame\.number in \{7, 9, 10\}$/m,
    /or: ip\.addr == 10\.0\.0\.1 && ip\.addr == 10\.0\.0\.5 && tcp\.port == 40000 && tcp\.port == 53$/m,
    /idle-close-race · the upstream closed first, FIN in frame 7 · client CLOSED, upstream CLOSED/,
  ])
    t.match(shown, line);
});

t.test('three hundred connections take no more room than thirty', async (t) => {
  const [few, many] = await Promise.all(
    [30, 300].map(async (n) => textOf(await explained(races(n)))),
  );
  t.match(many, /^✗ idle-close-race {2}300 connections$/m);
  t.match(many, /298 more: #3, #4, /);
  t.ok(Math.abs((many ?? '').split('\n').length - (few ?? '').split('\n').length) <= 2);
});

t.test('a quiet capture says that nothing is the matter', async (t) => {
  const file = captureFile(
    connectionFrames({}, [
      ...handshake,
      ...exchange(1),
      { from: 'client', atMs: 5, flags: ['FIN', 'ACK'] },
      { from: 'upstream', atMs: 5.1, flags: ['FIN', 'ACK'] },
      { from: 'client', atMs: 5.2 },
    ]),
  );
  t.match(textOf(await explained(file)), /nothing is the matter with any connection/);
  t.match(textOf(await explained(captureFile())), /no connection was seen/);
});

t.test('lines fit the terminal, but for what is to be copied', async (t) => {
  const result = await explained(races(40));
  for (const widthColumns of [60, 80, 100, 140]) {
    const lines = textOf(result, { colour: false, widthColumns }).split('\n');
    const long = lines.filter(
      (line) => widthOf(line) > widthColumns && !/Wireshark| or: /.test(line),
    );
    t.strictSame(long, [], `${widthColumns} columns`);
  }
});

t.test('what is off the wire does not act on the terminal', async (t) => {
  const result = await explained(races(1));
  const [connection] = result.shown;
  const evil = '\u001b[2J\u202e\r\n';
  if (!connection) throw new Error('there is no connection');
  connection.client.address = evil;
  for (const finding of connection.findings) {
    finding.story += evil;
    for (const proof of finding.proof) proof.what += evil;
  }
  const stopped = { offsetBytes: 7, reason: evil };
  const shown = text(
    {
      file: evil,
      explained: { ...result, capture: { ...result.capture, stopped } },
      ladders: [],
    },
    plain,
  );
  for (const acting of ['\u001b', '\u202e', '\r']) t.notOk(shown.includes(acting));
  t.match(shown, /reading stopped at byte 7/);
});

t.test('every diagnosis has a group of its own', async (t) => {
  const result = await explained(races(1));
  const [connection] = result.shown;
  if (!connection) throw new Error('there is no connection');
  const findings = diagnosisNames.map((name) => ({
    name,
    story: `the story of ${name}`,
    proof: [{ frame: 1, atUs: 1, what: 'it' }],
  }));
  const counts = Object.fromEntries(diagnosisNames.map((name) => [name, 1]));
  const shown = textOf({ ...result, counts, shown: [{ ...connection, findings }] });
  for (const name of diagnosisNames) t.match(shown, `the story of ${name}`);
});

t.test('colours say nothing that is not said without them', async (t) => {
  const result = await explained(races(3));
  const coloured = textOf(result, { colour: true, widthColumns: 100 });
  t.match(coloured, '\u001b[31m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are taken away.
  t.equal(coloured.replace(/\u001b\[\d+m/g, ''), textOf(result));
});
