/** Each thing that can be wrong with a script is told with its line and column, and what to write. */
import t from 'tap';
import { dnsTcp } from '../../fake-servers/protocols/dns-tcp.ts';
import { raw } from '../../fake-servers/protocols/raw.ts';
import type { Setting } from '../../fake-servers/script-file/setting.ts';
import { readScript, scriptBytesMax } from '../../fake-servers/script-file.ts';

type Format = 'words' | 'document';

function problemsOf(text: string, format: Format, setting: Setting = dnsTcp) {
  const result = readScript({ name: 'f', text, format }, setting);
  return 'problems' in result ? result.problems : [];
}

interface Case {
  text: string;
  /** `line:column` of each. */
  at: string[];
  says: RegExp;
  expected?: RegExp;
  next?: RegExp;
}

function check(format: Format, cases: readonly Case[]) {
  for (const { text, at, says, expected = /./, next = /./ } of cases) {
    t.test(JSON.stringify(text.slice(0, 70)), async (t) => {
      const problems = problemsOf(text, format);
      t.strictSame(
        problems.map(({ line, column }) => `${line}:${column}`),
        at,
      );
      t.match(problems[0], { file: 'f', message: says, expected, next });
    });
  }
}

check('words', [
  { text: '', at: ['1:1'], says: /is empty/, next: /answer 1 request, then close/ },
  { text: '  \n ; \n', at: ['1:1'], says: /is empty/ },
  {
    text: 'answr 1 request',
    at: ['1:1'],
    says: /no step "answr 1 request"/,
    next: /^did you mean "answer 1 request"\?$/,
  },
  {
    text: 'answer 1 request, then  wait 20 ms;  half-close',
    at: ['1:25', '1:38'],
    says: /no step "wait 20 ms"/,
    next: /"wait until idle for 20 ms"/,
  },
  {
    text: 'half-close',
    at: ['1:1'],
    says: /half-close/,
    next: /"half-close \(FIN, go on reading\)"/,
  },
  { text: 'until-gate', at: ['1:1'], says: /until-gate/, next: /"wait for the gate "go""/ },
  { text: 'reset', at: ['1:1'], says: /reset/, next: /"reset \(RST\)"/ },
  { text: 'xyzzy', at: ['1:1'], says: /xyzzy/, next: /docs\/steps\.md/ },
  { text: 'close, then , then close', at: ['1:13', '1:20'], says: /no step ""/ },
  {
    text: 'answer 0 requests',
    at: ['1:1'],
    says: /"count" is 0 in "answer 0 requests"/,
    expected: /at least 1/,
  },
  {
    text: 'do nothing for 9999999999 ms',
    at: ['1:1'],
    says: /"ms" is 9999999999/,
    expected: /at most 2147483647/,
  },
  {
    text: 'show a certificate that is expird',
    at: ['1:1'],
    says: /"certificate" is "expird"/,
    expected: /^one of: expired, self-signed, wrong-name$/,
    next: /^did you mean "expired"\?$/,
  },
  {
    text: 'show the certificate that is wrong-name',
    at: ['1:1'],
    says: /no step "show the/,
    next: /^did you mean "show a certificate that is wrong-name"\?$/,
  },
  { text: 'send "a; close', at: ['1:6'], says: /never closed/, next: /closing "/ },
  { text: 'close;\nsend "\\x" unasked', at: ['2:6'], says: /no quoted text/, next: /\\\\/ },
  {
    text: 'close; answer 1 request, then reset (RST), then close',
    at: ['1:49'],
    says: /"close" of connection 2 can never be played/,
    expected: /nothing after "reset \(RST\)"/,
    next: /next connection/,
  },
  { text: 'connection 2: close', at: ['1:1'], says: /"connection 2:" is connection 1/ },
  { text: 'close\nevery connection: close', at: ['2:1'], says: /is connection 2/ },
  { text: 'every connection: close\nclose', at: ['2:1'], says: /after what every later/ },
  {
    text: 'close; listener: refuse connections until the gate "a" opens',
    at: ['1:8'],
    says: /listener comes after/,
  },
  {
    text: 'listener: refuse until "a"; close',
    at: ['1:11'],
    says: /no phase of the listener/,
    next: /"refuse connections until the gate "a" opens"/,
  },
]);

check('document', [
  { text: '', at: ['1:1'], says: /is empty/, next: /connections:/ },
  { text: '- close', at: ['1:1'], says: /is no object/ },
  { text: 'a: [', at: ['1:5'], says: /no YAML/ },
  { text: 'connections:\n  - - "abc\n', at: ['3:1'], says: /no YAML: Missing closing/ },
  { text: 'connections: [[close]]\n---\na: 1', at: ['2:1'], says: /multiple documents/ },
  { text: 'connections: [[!!js x]]', at: ['1:16'], says: /Unresolved tag/ },
  { text: ']', at: ['1:1'], says: /closes nothing/ },
  {
    text: 'conections:\n  - - close',
    at: ['1:1'],
    says: /no key "conections"/,
    next: /^did you mean "connections"\?$/,
  },
  { text: 'listener: []', at: ['1:1'], says: /"connections" is missing/ },
  { text: 'connections: []', at: ['1:14'], says: /an empty list/, expected: /at least 1 item/ },
  { text: 'connections: close', at: ['1:14'], says: /is "close"/, expected: /a list/ },
  {
    text: 'connections:\n  - close\n  - - close\n',
    at: ['2:5'],
    says: /item 1 of "connections" is "close"/,
    next: /write a list/,
  },
  { text: 'connections:\n  -\n', at: ['2:4'], says: /item 1 of "connections" is null/ },
  { text: 'connections:\n- - close\nconnections:\n- - close', at: ['3:1'], says: /second time/ },
  {
    text: 'connections: [[{kind: reset, kind: close}]]',
    at: ['1:30'],
    says: /the key "kind" is here a second time/,
  },
  {
    text: '{\n\t"connections": [\n\t\t["close"],\n\t\t["clos"]\n\t]\n}\n',
    at: ['4:4'],
    says: /no step "clos"/,
    next: /^did you mean "close"\?$/,
  },
  {
    text: 'connections:\r\n  - - answr 1 request\r\n    - { kind: raed, bytes: 1 }\r\n',
    at: ['2:7', '3:15'],
    says: /answr/,
  },
  {
    text: 'connections: [[{kind: raed}]]',
    at: ['1:23'],
    says: /no kind of step "raed"/,
    expected: /^one of: answer, /,
    next: /^did you mean "read"\?$/,
  },
  { text: 'connections: [[{bytes: 3}]]', at: ['1:16'], says: /has no kind/, expected: /"kind"/ },
  {
    text: 'connections:\n  - - kind: read\n      byts: 3\n',
    at: ['3:7'],
    says: /no key "byts"/,
    expected: /^one of: bytes$/,
    next: /^did you mean "bytes"\?$/,
  },
  {
    text: 'connections: [[{kind: close, now: 1}]]',
    at: ['1:30'],
    says: /"now"/,
    next: /take "now"/,
  },
  { text: 'connections: [[{kind: read}]]', at: ['1:16'], says: /"bytes" is missing/ },
  {
    text: 'connections: [[{kind: read, bytes: "3"}]]',
    at: ['1:36'],
    says: /"bytes" is "3"/,
    expected: /^a number$/,
  },
  {
    text: 'connections: [[{kind: read, bytes: 1.5}]]',
    at: ['1:36'],
    says: /1\.5/,
    expected: /whole/,
  },
  {
    text: 'connections: [[{kind: answer, count: some}]]',
    at: ['1:38'],
    says: /"count" is "some"/,
    expected: /^a number, or "all"$/,
  },
  {
    text: 'connections: [[{kind: serve-until, bytesSnt: 3}]]',
    at: ['1:36'],
    says: /no key "bytesSnt"/,
    next: /"bytesSent"/,
  },
  {
    text: 'connections: [[{kind: serve-until, bytesSent: -3}]]',
    at: ['1:47'],
    says: /"bytesSent" is -3/,
  },
  {
    text: 'connections: [[{kind: serve-until, bytesSent: 3, gate: x}]]',
    at: ['1:16'],
    says: /an object with kind, bytesSent, gate/,
    expected: /^exactly one of: bytesRead, bytesSent, /,
  },
  { text: 'connections: [[3, null, [], close]]', at: ['1:16', '1:19', '1:25'], says: /here is 3/ },
  {
    text: 'listener:\n  - { kind: refus, gate: a }\nconnections: [[close]]',
    at: ['2:13'],
    says: /no kind of phase of the listener "refus"/,
    next: /"refuse"/,
  },
  {
    text: 'listener: [{ kind: refuse }]\nconnections: [[]]',
    at: ['1:12'],
    says: /"gate" is missing/,
  },
  { text: 'connections: [[*x]]', at: ['1:16'], says: /\*x has no anchor before it/ },
  { text: 'connections: &a [*a]', at: ['1:18'], says: /\*a is a part of what it stands for/ },
  {
    text: 'connections:\n  - &a [answer 1 request, clos]\n  - *a\n',
    at: ['2:27', '2:27'],
    says: /no step "clos"/,
  },
  {
    text: 'connections:\n  - [close]\n  - - { kind: reset }\n    - close\n',
    at: ['4:7'],
    says: /"close" of connection 2 can never be played/,
  },
]);

t.test('aliases repeat what they stand for', async (t) => {
  const text = 'connections:\n  - &a [answer 1 request, close]\n  - *a\n  - [answer every request]';
  const result = readScript({ name: 'f', text, format: 'document' }, raw);
  const once = [{ kind: 'answer', count: 1 }, { kind: 'close' }];
  const script = { connections: [once, once, [{ kind: 'answer', count: 'all' }]] };
  t.strictSame(result, { script });
});

t.test('what would never end is refused at once', async (t) => {
  const nested = (levels: number) =>
    Array.from({ length: levels }, (_, i) => {
      const inner =
        i === 0
          ? 'close'
          : Array(9)
              .fill(`*a${i - 1}`)
              .join(', ');
      return `a${i}: &a${i} [${inner}]`;
    }).join('\n');
  const cases: [string, RegExp][] = [
    [nested(9), /aliases stand for too much/],
    ['['.repeat(scriptBytesMax), /nested too deeply/],
    ['{a: '.repeat(1000), /nested too deeply/],
    ['- '.repeat(1000), /nested too deeply/],
    ['? '.repeat(1000), /nested too deeply/],
    [Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /nested too deeply/],
    [Array.from({ length: 200 }, (_, i) => `- &a${i} x`).join('\n'), /too many anchors/],
    ['#'.repeat(scriptBytesMax + 1), /too long/],
    [
      `connections:\n  - &a [${Array(2000).fill('close').join(', ')}]\n${'  - *a\n'.repeat(90)}`,
      /the script has 182000 steps/,
    ],
  ];
  for (const [text, says] of cases) {
    const problems = problemsOf(text, 'document');
    t.match(problems[0]?.message, says, text.slice(0, 20));
    t.equal(problems.length, 1);
  }
});

t.test('no more than ten things are told at once', async (t) => {
  t.equal(problemsOf(Array(50).fill('clos').join('; '), 'words').length, 10);
});

t.test('steps that the protocol cannot play name the protocols that can', async (t) => {
  const wrongId = 'answer 1 request, then answer a request under a wrong id';
  t.strictSame(problemsOf(wrongId, 'words', dnsTcp), []);
  const [first] = problemsOf(wrongId, 'words', raw);
  t.match(first, {
    line: 1,
    column: 24,
    message: /^raw cannot play "answer a request under a wrong id": it lacks wrong-id$/,
    expected: /a protocol that can: (.*, )?dns-tcp/,
  });
});

t.test('over UDP there is no connection to break', async (t) => {
  const udp = { ...dnsTcp, name: 'some-udp', transport: 'udp' as const };
  const [first] = problemsOf('answer 1 request, then reset (RST)', 'words', udp);
  t.match(first, {
    column: 24,
    message: /^some-udp cannot play "reset \(RST\)": it is over udp$/,
    expected: /a protocol that can: raw, dns-tcp/,
  });
  const full = 'listener: keep the accept queue full until the gate "a" opens; answer 1 request';
  t.match(problemsOf(full, 'words', udp), [
    { column: 11, message: /^some-udp cannot play "keep the/, expected: /a protocol over tcp/ },
  ]);
});

t.test('where bytes are only passed on, nothing can be answered', async (t) => {
  const inWords = 'wait until idle for 20 ms, then answer 1 request, then close';
  const problems = readScript({ name: 'f', text: inWords, format: 'words' }, undefined);
  t.match(problems, {
    problems: [{ column: 33, message: /about messages/, expected: /raw, dns-tcp/ }],
  });
});
