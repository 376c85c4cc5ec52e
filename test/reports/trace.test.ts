import t from 'tap';
import { connectionNumber } from '../../harness/timeline.ts';
import { type TraceResult, traceFormat, traceResultSchema } from '../../harness/trace-result.ts';
import { scriptText } from '../../reports/html/script/script.ts';
import { widthOf } from '../../reports/text/columns.ts';
import { traceReporters } from '../../reports/trace.ts';
import { packet, stamped, tupleOf } from '../support/timeline.ts';
import { allHostile, emptyPcap } from './fixture.ts';

const events = stamped([
  { source: 'syscalls', type: 'call', call: 'connect', tuple: tupleOf(1), pid: 1 },
  packet(1, 'client', ['SYN'], { frame: 1 }),
  packet(1, 'upstream', ['RST', 'ACK'], { frame: 2 }),
  {
    source: 'syscalls',
    type: 'call',
    call: 'read',
    tuple: tupleOf(2),
    error: 'EOF',
    pid: 1,
    side: 'upstream',
  },
  packet(2, 'upstream', ['FIN', 'ACK'], { frame: 3 }),
]);

const trace: TraceResult = {
  format: traceFormat,
  startedAt: '2026-02-03T10:20:30.000Z',
  finishedAt: '2026-02-03T10:20:31.500Z',
  command: ['client', '--name', allHostile],
  interrupted: false,
  exit: { code: 3, signal: null },
  machine: { pipewrench: '0.1.0', node: 'v20', kernel: '6', sandbox: 'none', capture: 'tcpdump' },
  syscalls: 'strace -- version 6.1',
  ports: [],
  connections: [
    {
      connection: 1,
      tuple: tupleOf(1),
      transport: 'tcp',
      side: 'client',
      errors: ['RST', 'ECONNREFUSED'],
      ending: { kind: 'refused', frame: 2 },
      packets: 2,
      calls: 1,
    },
    {
      connection: 2,
      tuple: tupleOf(2),
      transport: 'tcp',
      side: 'upstream',
      errors: ['EOF'],
      ending: { kind: 'closed', by: 'upstream', flag: 'FIN', frame: 3 },
      packets: 1,
      calls: 1,
    },
  ],
  terminations: [],
  timeline: {
    connections: [tupleOf(1), tupleOf(2)],
    events,
    gaps: [{ recorder: 'wire', reason: `the kernel dropped 22 packets ${allHostile}` }],
  },
  pcap: 'trace.pcap',
};
const source = { trace, pcap: emptyPcap };
const plain = { colour: false, widthColumns: 100 };
const render = (name: keyof typeof traceReporters, options = plain) =>
  traceReporters[name].render(source, options);

t.test('the fixture is a trace', async (t) => {
  t.strictSame(traceResultSchema.parse(trace), trace);
  t.equal(connectionNumber(trace.timeline, tupleOf(2)), 2);
});

t.test('terminal: each connection, then its events', async (t) => {
  const text = render('terminal');
  for (const words of [
    'pipewrench 0.1.0 · trace · exit code 3 · 1.50 s',
    'evidence is missing (wire): the kernel dropped 22 packets',
    `#1 ${tupleOf(1)}  TCP, the program is the client`,
    'errors RST, ECONNREFUSED\n   ended  refused, frame 2',
    '→ f1 SYN seq 0',
    '← f2 RST ACK seq 0',
    '→ f3 FIN ACK seq 0',
    'read: EOF',
  ]) {
    t.ok(text.includes(words), words);
  }
  t.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, 'nothing that acts');
});

t.test('terminal: no event is wider than the terminal', async (t) => {
  for (const widthColumns of [40, 80, 120]) {
    const lines = render('terminal', { colour: false, widthColumns }).split('\n');
    const rows = lines.filter((line) => /^ *\d+\.\d{3} /.test(line));
    t.equal(rows.length, events.length);
    t.ok(rows.every((line) => widthOf(line) <= widthColumns));
  }
});

t.test('terminal: colour says nothing that words do not', async (t) => {
  const coloured = render('terminal', { ...plain, colour: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
  t.equal(coloured.replace(/\u001b\[\d+m/g, ''), render('terminal'));
  t.not(coloured, render('terminal'));
});

t.test('terminal: without a connection', async (t) => {
  const none = { ...trace, connections: [], timeline: { connections: [], events: [], gaps: [] } };
  t.match(
    traceReporters.terminal.render({ ...source, trace: none }, plain),
    'no connection was seen',
  );
});

t.test('json is the trace', async (t) => {
  t.strictSame(JSON.parse(render('json')), trace);
});

t.test(
  'html: a ladder for each connection, and nothing that runs but our own script',
  async (t) => {
    const text = render('html');
    t.equal(text.match(/<svg class="ladder"/g)?.length, 2);
    t.match(text, 'the upstream closed first, with FIN, frame 3');
    t.match(text, 'id="connection-1-f1"');
    t.match(text, 'download="trace.pcap"');
    t.equal(text.toLowerCase().split('<script').length - 1, 1, 'only our own');
    t.ok(text.includes(scriptText('ladder')));
    t.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    t.equal(new Set(ids).size, ids.length);
    const targets = [...text.matchAll(/ href="#([^"]*)"/g)].map(([, id]) => id);
    t.strictSame(
      targets.filter((target) => !ids.includes(target)),
      [],
    );
  },
);
