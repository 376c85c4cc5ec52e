import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  announceIdle,
  answer,
  answerAll,
  answerReversed,
  answerTwice,
  answerWrongId,
  certificate,
  close,
  closeNotify,
  comeBack,
  corrupt,
  definitionOf,
  definitions,
  delay,
  drip,
  endsConnection,
  explain,
  farewell,
  gateOf,
  halfClose,
  isFault,
  push,
  read,
  reset,
  resumeReading,
  type Step,
  send,
  sendResponse,
  serverCloses,
  serveUntil,
  stepFromWords,
  stopReading,
  swallow,
  truncate,
  untilGate,
  untilIdle,
  vanish,
} from '../../fake-servers/step.ts';
import { noProof } from '../../fake-servers/steps/definition.ts';
import { step, stepOf } from '../support/steps.ts';

t.test('every kind of step is among the arbitrary ones, and defined under its name', async (t) => {
  t.strictSame(Object.keys(stepOf).sort(), Object.keys(definitions).sort());
  for (const [kind, arbitrary] of Object.entries<fc.Arbitrary<Step>>(stepOf)) {
    for (const made of fc.sample(arbitrary, 5)) {
      t.equal(made.kind, kind);
      t.equal(definitionOf(made).kind, kind);
    }
  }
});

t.test('a step in words is that step again', async () => {
  fc.assert(
    fc.property(step, (made) => isDeepStrictEqual(stepFromWords(explain(made)), made)),
    { numRuns: 3000 },
  );
});

t.test('two steps are explained alike only when they are the same', async () => {
  fc.assert(
    fc.property(
      step,
      step,
      (a, b) => isDeepStrictEqual(a, b) === (explain(a) === explain(b)) && explain(a) !== '',
    ),
    { numRuns: 1000 },
  );
});

t.test('what no step is explained with is no step, and no error', async (t) => {
  const others = [
    '',
    'answer',
    'answer 0 requests',
    'answer -1 requests',
    'read exactly 3 bytes',
    'close (FIN)',
    'send "" unasked',
    'send "\\x" unasked',
    'send "a"b" unasked',
    'send "\n" unasked',
    'do nothing for 99999999999 ms',
    'show a certificate that is valid',
    'lose every SYN of the client',
    'answer 1 request in reverse order',
  ];
  for (const other of others) t.equal(stepFromWords(other), undefined, other);
  fc.assert(fc.property(fc.string(), (text) => stepFromWords(text) === undefined));
});

t.test('the words of every step', async (t) => {
  const words: [Step, string][] = [
    [answer(1), 'answer 1 request'],
    [answer(2), 'answer 2 requests'],
    [answerAll(), 'answer every request'],
    [serveUntil({ bytesRead: 1 }), 'serve until 1 byte came in'],
    [serveUntil({ bytesSent: 7 }), 'serve until 7 bytes went out'],
    [serveUntil({ request: 3 }), 'serve until 3 requests came in'],
    [serveUntil({ matching: 'IN"S' }), 'serve until a request matches "IN\\"S"'],
    [serveUntil({ elapsedMs: 20 }), 'serve until 20 ms after accept'],
    [serveUntil({ idleMs: 20 }), 'serve until idle for 20 ms'],
    [serveUntil({ gate: 'go' }), 'serve until the gate "go" opens'],
    [serverCloses(), 'serve until the server closes'],
    [read(1), 'read exactly 1 byte and leave the rest unread'],
    [read(3), 'read exactly 3 bytes and leave the rest unread'],
    [untilIdle({ ms: 20 }), 'wait until idle for 20 ms'],
    [untilGate('fin'), 'wait for the gate "fin"'],
    [delay(50), 'do nothing for 50 ms'],
    [announceIdle({ ms: 10_000 }), 'answer a request and announce an idle limit of 10000 ms'],
    [sendResponse(1), 'read a request and send the first 1 byte of its response'],
    [swallow(), 'read a request, execute it and answer nothing'],
    [answerTwice(), 'answer a request twice'],
    [answerReversed(2), 'answer 2 requests in reverse order'],
    [answerWrongId(), 'answer a request under a wrong id'],
    [truncate(), 'answer a request truncated'],
    [corrupt(0), 'corrupt the response after 0 bytes'],
    [drip({ bytes: 1, everyMs: 5 }), 'drip the response, 1 byte every 5 ms'],
    [send('a"b'), 'send "a\\"b" unasked'],
    [push(), 'push a message that the protocol allows'],
    [farewell(), 'say farewell as the protocol does'],
    [closeNotify(), 'send close_notify'],
    [certificate('self-signed'), 'show a certificate that is self-signed'],
    [stopReading(), 'stop reading until the window is zero'],
    [resumeReading(), 'resume reading and throw away what waited'],
    [vanish(), 'lose every packet'],
    [vanish({ from: 'client' }), 'lose every packet of the client'],
    [vanish({ from: 'upstream', only: 'FIN' }), 'lose every FIN of the upstream'],
    [vanish({ only: 'RST' }), 'lose every RST of both sides'],
    [comeBack(), 'deliver packets again'],
    [halfClose(), 'half-close (FIN, go on reading)'],
    [close(), 'close'],
    [reset(), 'reset (RST)'],
  ];
  for (const [made, text] of words) t.equal(explain(made), text);
  const told = new Set(words.map(([{ kind }]) => kind));
  t.strictSame([...told].sort(), Object.keys(definitions).sort());
});

interface Maker {
  make: (n: number) => unknown;
  min: number;
  max?: number;
}

const msMax = 2 ** 31 - 1;
const makers: Record<string, Maker> = {
  answer: { make: answer, min: 1 },
  answerReversed: { make: answerReversed, min: 2 },
  corrupt: { make: corrupt, min: 0 },
  delay: { make: delay, min: 1, max: msMax },
  'drip: bytes': { make: (bytes) => drip({ bytes, everyMs: 1 }), min: 1 },
  'drip: everyMs': { make: (everyMs) => drip({ bytes: 1, everyMs }), min: 1, max: msMax },
  read: { make: read, min: 1 },
  sendResponse: { make: sendResponse, min: 1 },
  'serveUntil ': { make: (bytesRead) => serveUntil({ bytesRead }), min: 1 },
  'serveUntil  ': { make: (bytesSent) => serveUntil({ bytesSent }), min: 1 },
  'serveUntil   ': { make: (request) => serveUntil({ request }), min: 1 },
  'serveUntil    ': { make: (idleMs) => serveUntil({ idleMs }), min: 1, max: msMax },
  'serveUntil     ': { make: (elapsedMs) => serveUntil({ elapsedMs }), min: 1, max: msMax },
  untilIdle: { make: (ms) => untilIdle({ ms }), min: 1, max: msMax },
};

t.test('a number that makes no sense is refused with the function and the value', async () => {
  const number = fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(Number.NaN, Infinity, -Infinity, 2 ** 31 - 1, 2 ** 31),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries(makers)),
      number,
      ([name, { make, min, max = Infinity }], n) => {
        const isRight = Number.isSafeInteger(n) && n >= min && n <= max;
        try {
          make(n);
          return isRight;
        } catch (error) {
          return (
            !isRight &&
            error instanceof TypeError &&
            error.message.startsWith(`${name.trim()}: `) &&
            error.message.endsWith(`, got ${n}`)
          );
        }
      },
    ),
    { numRuns: 3000 },
  );
});

t.test(
  'anything else that makes no sense is refused with the function and the value',
  async (t) => {
    // What a scenario file in JavaScript may hold.
    const wrong = <T>(value: unknown) => value as T;
    const refused: [() => unknown, RegExp][] = [
      [() => send(''), /^send: text: .+, got ""$/],
      [() => send(wrong(7)), /^send: text: .+, got 7$/],
      [() => untilGate(''), /^untilGate: gate: .+, got ""$/],
      [() => untilGate(wrong(undefined)), /^untilGate: gate: .+, got undefined$/],
      [() => read(wrong('3')), /^read: bytes: .+, got "3"$/],
      [() => read(wrong(3n)), /^read: bytes: .+, got 3$/],
      [() => certificate(wrong('valid')), /^certificate: certificate: .+, got "valid"$/],
      [() => vanish({ from: wrong('server') }), /^vanish: from: .+, got "server"$/],
      [() => vanish({ only: wrong('SYN') }), /^vanish: only: .+, got "SYN"$/],
      [() => vanish(wrong({ loss: 1 })), /^vanish: .*"loss".*, got /],
      [() => serveUntil({ gate: '' }), /^serveUntil: .+, got ""$/],
      [() => serveUntil({ matching: '' }), /^serveUntil: .+, got ""$/],
      [() => serveUntil(wrong({})), /^serveUntil: expected one condition, .+, got none$/],
      [
        () => serveUntil(wrong({ request: 1, gate: 'a' })),
        /^serveUntil: expected one condition, .+, got request and gate$/,
      ],
      [() => serveUntil(wrong({ bytes: 1 })), /^serveUntil: .*bytes/],
    ];
    for (const [make, message] of refused) t.throws(make, { name: 'TypeError', message });
  },
);

t.test('what a careless caller leaves undefined is left out', async (t) => {
  const loss = { from: 'client', only: undefined } as unknown as Parameters<typeof vanish>[0];
  t.equal(explain(vanish(loss)), 'lose every packet of the client');
});

t.test('only close and reset end a connection, and both are faults', async () => {
  fc.assert(
    fc.property(step, (made) => {
      const ends = made.kind === 'close' || made.kind === 'reset';
      return endsConnection(made) === ends && (!ends || isFault(made));
    }),
  );
});

t.test('the steps that are no faults: they serve, wait, read, or undo one', async (t) => {
  const sound = Object.values(definitions).filter((definition) => !definition.isFault);
  t.strictSame(
    sound.map(({ kind }) => kind).sort(),
    [
      'announce-idle',
      'answer',
      'come-back',
      'read',
      'resume-reading',
      'serve-until',
      'until-gate',
      'until-idle',
    ].sort(),
  );
});

t.test('each definition tells what a reader of the reference needs', async (t) => {
  for (const definition of Object.values(definitions)) {
    const { kind, summary, code, proof, forms, transports, example, schema } = definition;
    t.ok(summary && code.includes('('), kind);
    t.ok(forms.length > 0 && transports.length > 0, kind);
    t.strictSame(schema.parse(example), example, `the example of ${kind} is one`);
    t.ok(stepFromWords(explain(example)), kind);
    if (definition.isFault) t.not(proof, noProof, `${kind} is a fault and must be proved`);
  }
});

t.test('the gate of a step is told, whether it waits or serves meanwhile', async () => {
  fc.assert(
    fc.property(step, (made) => {
      const gate = gateOf(made);
      return gate === undefined
        ? !explain(made).includes(' the gate ')
        : explain(made).includes(` the gate ${JSON.stringify(gate)}`);
    }),
  );
});
