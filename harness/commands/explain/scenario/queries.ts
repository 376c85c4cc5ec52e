/**
 * Scenarios of DNS: the captured names are asked for again, by a client that meets the fault, so that any other
 * client can be tried with --client.
 */
import type { DiagnosisName } from '../../../../explain/diagnosis.ts';
import { answers, connectionsOf, type Found, literal, type Plan } from './plan.ts';
import { type DnsQuestion, questionsOf } from './talk.ts';

/** Those that every client here can ask for. */
const typesKnown: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT']);

/** What the client asks, one after the other; more than the capture has are made up. */
interface Asking {
  /** The code of request n, counted from 1. */
  code(n: number): string;
  /** The first n of them. */
  first(n: number): string[];
}

function askingOf(found: Found): Asking {
  const questions = questionsOf(found.talk, found.connection.transport);
  const seen = new Map<string, number>();
  const codes = questions.map((question) => codeOf(question, seen, found));
  const code = (n: number) => codes[n - 1] ?? `request('request-${n}.example')`;
  return { code, first: (n) => Array.from({ length: n }, (_, at) => code(at + 1)) };
}

/** A label before it would make it longer than any name may be, RFC 1035 section 2.3.4. */
const longNameMin = 240;

function codeOf({ name, type, isUpdate }: DnsQuestion, seen: Map<string, number>, found: Found) {
  const isKnown = typesKnown.has(type) || isUpdate;
  if (!isKnown) found.note(`Type ${type} of ${JSON.stringify(name)} is asked for as A.`);
  const key = `${name.toLowerCase()} ${type}`;
  const times = (seen.get(key) ?? 0) + 1;
  seen.set(key, times);
  // Requests are told apart by their names.
  const own =
    times === 1
      ? name
      : `again-${times}.${name.length < longNameMin && name !== '.' ? name : 'example'}`;
  if (times === 2) found.note(`${JSON.stringify(name)} is asked for again under another name.`);
  const isOverUdp = found.connection.transport === 'udp';
  if (isUpdate && isOverUdp) found.note(`The update of ${JSON.stringify(name)} is a query here.`);
  else if (isUpdate) return `update(${literal(own)}, '192.0.2.1')`;
  return type === 'A' || !typesKnown.has(type)
    ? `request(${literal(own)})`
    : `request(${literal(own)}, ${literal(type)})`;
}

type Recipe = (found: Found, asking: Asking) => Omit<Plan, 'protocol'>;

const brokenPipe = "'EPIPE', 'ECONNRESET', 'EOF'";
const recovers = (n: number) => `against('dns-pool', [outcome(${n}).answered()])`;

/** The naive pool meets it with its next request, dns-pool does not. */
const naive =
  (steps: (found: Found) => string[], waits: readonly string[]): Recipe =>
  (found, asking) => {
    const n = found.answered + 1;
    return {
      client: 'naive-dns-pool',
      upstream: connectionsOf([...answers(found.answered), ...steps(found)], ['answerAll()']),
      workload: [...asking.first(found.answered), ...waits, asking.code(n)],
      expect: [`outcome(${n}).fails(${brokenPipe})`, 'connectionsOpened(1)'],
      counter: recovers(n),
    };
  };

const idle = ({ idleMs }: Found) => `untilIdle({ ms: ${idleMs} })`;
const inCloseWait = ["clientState('CLOSE_WAIT')"];

/** The pool's own time limit is passed on a virtual clock. */
const timesOut =
  (step: string, kind: string, counter: (n: number) => string): Recipe =>
  (found, asking) => {
    const n = found.answered + 1;
    return {
      client: 'dns-pool',
      clock: 'virtual',
      deadlineMs: 300,
      upstream: connectionsOf([...answers(found.answered), step, 'answerAll()'], ['answerAll()']),
      workload: [
        ...asking.first(found.answered),
        `begin(${asking.code(n)})`,
        `fired('${kind}')`,
        'advance({ ms: 5000 })',
        'settled()',
        asking.code(n + 1),
      ],
      expect: [
        `outcome(${n}).fails('TIMEOUT')`,
        `outcome(${n + 1}).answered()`,
        `connectionsOpened(${found.connection.transport === 'tcp' ? 2 : 1})`,
      ],
      counter: counter(n),
    };
  };

const overTcp: Partial<Record<DiagnosisName, Recipe>> = {
  'idle-close-race': naive((found) => [idle(found), 'close()'], inCloseWait),
  'reset-while-idle': naive((found) => [idle(found), 'reset()'], inCloseWait),
  'half-close-not-understood': naive((found) => [idle(found), 'halfClose()'], inCloseWait),
  'closed-with-unread-data': triedAgain(() => ['read(1)', 'reset()']),
  'died-before-response': triedAgain(() => ['swallow()', 'close()']),
  'died-in-mid-response': triedAgain(({ connection: { closed } }) => [
    'sendResponse(20)',
    closed?.flag === 'RST' ? 'reset()' : 'close()',
  ]),
  'idle-close'(found, asking) {
    const n = found.answered + 1;
    return {
      client: 'dns-pool',
      upstream: connectionsOf(
        [...answers(found.answered), idle(found), 'close()'],
        ['answerAll()'],
      ),
      workload: [...asking.first(found.answered), ...inCloseWait, asking.code(n)],
      expect: ["everyRequest('answered')", 'connectionsOpened(2)'],
      counter: `against('naive-dns-pool', [outcome(${n}).fails(${brokenPipe})])`,
    };
  },
  'retry-duplicated': triedAgain(() => ['swallow()', 'close()']),
  refused: refusedThenBack((script) => `swapped(${script}, [outcome(2).fails(${brokenPipe})])`),
  unanswered: timesOut(
    'swallow()',
    'swallow',
    (n) => `against('naive-dns-pool', [outcome(${n + 1}).answered(), connectionsOpened(1)])`,
  ),
  'mismatched-answer': badAnswer('answerWrongId()', "'PROTOCOL', 'ID_MISMATCH'", 'answered()'),
  'malformed-answer': badAnswer('corrupt(14)', "'PROTOCOL'", "fails('PROTOCOL')"),
  'unasked-data'(found, asking) {
    const n = found.answered + 1;
    return {
      client: 'dns-pool',
      upstream: connectionsOf(
        [...answers(found.answered), "untilGate('stray')", "send('\\x00')", 'answerAll()'],
        ['answerAll()'],
      ),
      workload: [...asking.first(found.answered), "open('stray')", "fired('send')", asking.code(n)],
      expect: ["everyRequest('answered')", 'connectionsOpened(2)'],
      counter: `against('naive-dns-pool', [outcome(${n}).fails('PROTOCOL')])`,
    };
  },
};

/** dns-pool asks once more on another connection, the naive pool fails. */
function triedAgain(steps: (found: Found) => string[]): Recipe {
  return (found, asking) => {
    // A connection that was never answered on is not tried again.
    const first = found.answered === 0 ? ["request('first.example')"] : [];
    const before = [...first, ...asking.first(found.answered)];
    const n = before.length + 1;
    if (first.length > 0) found.note('The pool tries again only where it was answered before.');
    return {
      client: 'dns-pool',
      upstream: connectionsOf([...answers(before.length), ...steps(found)], ['answerAll()']),
      workload: [...before, asking.code(found.answered + 1)],
      expect: ["everyRequest('answered')", `attempts(${n}, 2)`, 'connectionsOpened(2)'],
      counter: `against('naive-dns-pool', [outcome(${n}).fails(${brokenPipe})])`,
    };
  };
}

function refusedThenBack(counter: (script: string) => string): Recipe {
  return (_, asking) => {
    const script = (steps: string[]) => `listener([refuseUntil('up')], ${connectionsOf(steps)})`;
    return {
      client: 'dns-pool',
      upstream: script(['answerAll()']),
      workload: [asking.code(1), "open('up')", "fired('refuse')", asking.code(2)],
      expect: ["outcome(1).fails('ECONNREFUSED')", 'outcome(2).answered()'],
      counter: counter(script(['reset()'])),
    };
  };
}

/** dns-pool gives the connection up, the naive pool goes on with it. */
function badAnswer(step: string, words: string, naively: string): Recipe {
  return (found, asking) => {
    const n = found.answered + 1;
    return {
      client: 'dns-pool',
      upstream: connectionsOf([...answers(found.answered), step, 'answerAll()'], ['answerAll()']),
      workload: [...asking.first(n), asking.code(n + 1)],
      expect: [
        `outcome(${n}).fails(${words})`,
        `outcome(${n + 1}).answered()`,
        'connectionsOpened(2)',
      ],
      counter: `against('naive-dns-pool', [outcome(${n}).${naively}, connectionsOpened(1)])`,
    };
  };
}

const overUdp: Partial<Record<DiagnosisName, Recipe>> = {
  refused(found, asking) {
    return refusedThenBack(
      () =>
        `swapped(listener([refuseUntil('up')], connections([truncate()])), [outcome(2).fails('ECONNREFUSED')])`,
    )(found, asking);
  },
  unanswered: timesOut(
    'swallow()',
    'swallow',
    (n) => `against('naive-dns-udp', [outcome(${n}).fails('TIMEOUT'), attempts(${n}, 2)])`,
  ),
  'mismatched-answer': timesOut(
    'answerWrongId()',
    'answer-wrong-id',
    () => `against('naive-dns-udp', [breaks('answers-belong')])`,
  ),
  'truncated-answer'(found, asking) {
    const n = found.answered + 1;
    return {
      client: 'dns-pool',
      upstream: `alsoOverTcp(${connectionsOf([...answers(found.answered), 'truncate()', 'answerAll()'])}, ${connectionsOf(['answerAll()'])})`,
      workload: asking.first(n),
      expect: ["everyRequest('answered')", 'connectionsOpened(2)'],
      counter: `against('naive-dns-udp', [outcome(${n}).answered('NODATA'), breaks('answers-belong')])`,
    };
  },
};

/** Undefined when it is not about what is asked: the raw client has to do it then. */
export function planOfQueries(found: Found): Plan | undefined {
  const { transport, protocol } = found.connection;
  if (protocol !== 'dns') return undefined;
  const recipe = (transport === 'tcp' ? overTcp : overUdp)[found.finding.name];
  // Whether an update is sent again is up to the client: the pool here does not.
  const asked = questionsOf(found.talk, transport)[found.answered];
  if (!recipe || (transport === 'tcp' && asked?.isUpdate)) return undefined;
  return { protocol: `dns-${transport}`, ...recipe(found, askingOf(found)) };
}
