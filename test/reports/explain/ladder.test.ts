/** Each packet once, with its numbers, and what it proves below it. */
import { encode } from 'dns-packet';
import t from 'tap';
import { ladder } from '../../../reports/explain/ladder.ts';
import { widthOf } from '../../../reports/text/columns.ts';
import { explainSource } from '../../support/ladders.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  idleCloseRace,
} from '../../support/made-capture.ts';

const plain = { colour: false, widthColumns: 100 };
const raceFrames = (port: number) =>
  connectionFrames({ client: { host: '10.0.0.1', port } }, idleCloseRace());

t.test('packets with relative numbers, silence, and marks', async (t) => {
  // Two at once: a frame keeps its number in the file.
  const source = await explainSource(t, captureFile(raceFrames(40_000), raceFrames(40_001)));
  const shown = ladder(source, plain);
  const [, first = '', second = ''] = shown.split(/^#/m);
  t.match(first, /^1 10\.0\.0\.1:40000 -> 10\.0\.0\.5:53 {2}tcp, unknown$/m);
  t.match(first, /^idle-close-race: the upstream closed after 10\.0 s idle/m);
  t.match(first, /^ {7}0\.000 {2}→ f1 {7}SYN seq 0$/m);
  t.match(first, /^ {7}0\.100 {2}← f3 {7}SYN ACK seq 0 ack 1$/m);
  t.match(first, /^ {7}1\.000 {2}→ f7 {7}PSH ACK seq 1 ack 1 len 3 · "ask"$/m);
  t.match(
    first,
    /⋮ 10\.0 s of silence\n.*← f13 .*FIN ACK seq 7 ack 4\n {14}▲ idle-close-race: FIN/,
  );
  t.match(first, /→ f17 .*len 5 · "again"\n {14}▲ idle-close-race: the client sends on it/);
  t.match(second, /^2 10\.0\.0\.1:40001/m);
  t.match(second, /f18 .*len 5 · "again"/);
});

t.test('DNS is read', async (t) => {
  const query = encode({ type: 'query', id: 7, questions: [{ name: 'a.example', type: 'A' }] });
  const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
  const source = await explainSource(
    t,
    captureFile(
      connectionFrames({}, [
        ...handshake,
        { from: 'client', atMs: 1, flags: ['PSH', 'ACK'], payload: framed },
        { from: 'upstream', atMs: 2, flags: ['RST'] },
      ]),
    ),
  );
  t.match(ladder(source, plain), /→ f4 .* · DNS query 7 a\.example A$/m);
});

t.test('of a long connection both ends are shown, and what proves something', async (t) => {
  const many = Array.from({ length: 1200 }, (_, at) => exchange(10 + at * 3)).flat();
  const race = idleCloseRace().slice(6);
  const source = await explainSource(
    t,
    captureFile(
      connectionFrames({}, [...handshake, ...many, ...race.map((said) => ({ ...said }))]),
    ),
  );
  const shown = ladder(source, plain);
  const lines = shown.split('\n');
  t.ok(lines.length < 90, `${lines.length} lines`);
  t.match(shown, /⋮ \d+ packets left out/);
  t.match(shown, /607 packets in the middle were not kept/);
  t.match(shown, /▲ idle-close-race: FIN/);
  t.strictSame(
    lines.filter((line) => widthOf(line) > 100),
    [],
  );
});

t.test('what is off the wire does not act on the terminal', async (t) => {
  const evil = `\u001b[2J\u009b${'x'.repeat(300)}`;
  const source = await explainSource(t, captureFile(connectionFrames({}, idleCloseRace(50, evil))));
  for (const widthColumns of [50, 400]) {
    const shown = ladder(source, { colour: false, widthColumns });
    for (const acting of ['\u001b', '\u009b']) t.notOk(shown.includes(acting));
    t.ok(shown.split('\n').every((line) => widthOf(line) <= widthColumns));
  }
});
