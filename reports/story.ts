/**
 * What happened in one execution, in two sentences made from its evidence: how the connection was broken
 * and which frame proves it; what the client did about it and what its callers got. Pure.
 */
import type { Event } from '../harness/event.ts';
import type { ExecutionResult, ReceiptResult } from '../harness/result.ts';
import { connectionNumber, type Timeline } from '../harness/timeline.ts';
import { printable } from './text/printable.ts';

export interface Story {
  /** The fault. */
  broken: string;
  /** What came of it. */
  client: string;
}

/** @param timeline That of the execution; undefined when it cannot be read. Every text is printable. */
export function storyOf(execution: ExecutionResult, timeline: Timeline | undefined): Story {
  return {
    broken: sentence(brokenClause(execution, timeline)),
    client: sentence(
      `${timeline?.gaps.length ? 'as far as it was recorded, ' : ''}${clientClause(execution, timeline)}`,
    ),
  };
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** `a, b and c`. */
function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** More than these are counted. */
const namedMax = 3;

function named(words: readonly string[], noun: string): string {
  const more = words.length - namedMax;
  if (more < 2) return listed(words);
  return listed([...words.slice(0, namedMax), `${more} more ${noun}`]);
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

// The fault.

function brokenClause({ name, receipts }: ExecutionResult, timeline: Timeline | undefined): string {
  if (receipts.length === 0) {
    return name === 'control'
      ? 'nothing was broken: this is the workload without the faults'
      : 'no packet had to prove a fault: the script breaks no connection, or what it breaks is not on the wire';
  }
  const missing = receipts.filter(({ verdict }) => verdict !== 'pass');
  if (missing.length > 0) {
    const what = named(stepsOf(missing), 'steps');
    return `the capture does not prove ${what}, so that what followed may have had another cause`;
  }
  const proved = named(stepsOf(receipts), 'steps');
  const first = receipts.find(({ frame }) => frame !== null);
  const when = timeline && first ? whenText(first, timeline) : '';
  const isOne = new Set(receipts.map(({ step }) => step)).size === 1;
  return `the upstream did ${proved}${when === '' || isOne ? when : `, the first${when}`}`;
}

/** `"close (FIN)" on connection #1 (frame 8)`, receipts of one step told together. */
function stepsOf(receipts: readonly ReceiptResult[]): string[] {
  const byStep = new Map<string, ReceiptResult[]>();
  for (const receipt of receipts) {
    byStep.set(receipt.step, [...(byStep.get(receipt.step) ?? []), receipt]);
  }
  return [...byStep].map(([step, of]) => `“${printable(step)}”${placeText(of)}`);
}

function placeText(receipts: readonly ReceiptResult[]): string {
  const unique = (words: readonly string[]) => [...new Set(words)];
  const connections = unique(
    receipts.flatMap(({ connection }) => (connection === null ? [] : [`#${connection}`])),
  );
  const frames = unique(receipts.flatMap(({ frame }) => (frame === null ? [] : [String(frame)])));
  const where =
    connections.length === 0
      ? ''
      : ` on connection${connections.length === 1 ? '' : 's'} ${named(connections, 'connections')}`;
  if (frames.length === 0) return where;
  return `${where} (frame${frames.length === 1 ? '' : 's'} ${named(frames, 'frames')})`;
}

/** Which requests were under way when the frame was captured. */
function whenText({ frame, tuple }: ReceiptResult, { events }: Timeline): string {
  const at = events.findIndex(
    (event) => event.source === 'wire' && event.frame === frame && event.tuple === tuple,
  );
  if (at === -1) return '';
  const open = new Set<number>();
  for (const event of events.slice(0, at)) {
    if (event.type === 'request') open.add(event.request);
    else if (event.type === 'outcome') open.delete(event.request);
  }
  if (open.size === 0) return ' while no request was under way';
  const [request] = open;
  const which = open.size === 1 ? `request ${request} was` : `${open.size} requests were`;
  return ` while ${which} under way`;
}

// What came of it.

function clientClause(execution: ExecutionResult, timeline: Timeline | undefined): string {
  const client = printable(execution.client);
  if (!timeline) {
    return `what ${client} did cannot be told: the timeline of this execution could not be read`;
  }
  const did = [
    ...errorsMet(execution),
    ...foundStale(timeline),
    ...sentAgain(execution, timeline),
    ...opened(timeline),
  ];
  const got = [...callersGot(timeline), ...wrongs(execution)];
  return did.length === 0
    ? `with the client ${client}, ${listed(got)}`
    : `the client ${client} ${listed(did)}; ${listed(got)}`;
}

/** What the client's calls returned. RST is the wire's word, and stands in the diagram. */
function errorsMet({ errorSequences }: ExecutionResult): string[] {
  const connectionsBy = new Map<string, string[]>();
  for (const { connection, tokens } of errorSequences) {
    const errors = tokens.filter((token) => token !== 'RST').map(printable);
    if (errors.length === 0) continue;
    const text = named(errors, 'errors');
    connectionsBy.set(text, [...(connectionsBy.get(text) ?? []), `#${connection}`]);
  }
  const met = [...connectionsBy].map(
    ([errors, connections]) => `${errors} on ${named(connections, 'connections')}`,
  );
  return met.length === 0 ? [] : [`met ${named(met, 'kinds of errors')}`];
}

const howFound = {
  probe: 'with a probe',
  event: 'from an event',
  'idle timeout': 'by its idle limit',
} as const;

function foundStale(timeline: Timeline): string[] {
  const found = timeline.events.flatMap((event) => {
    if (event.type !== 'stale') return [];
    const number = event.tuple && connectionNumber(timeline, event.tuple);
    return [`${number ? `#${number}` : 'a connection'} stale ${howFound[event.found]}`];
  });
  return found.length === 0 ? [] : [`found ${named(found, 'connections')}`];
}

/** As the client says, or as the wire shows where it says nothing. */
function sentAgain({ conduct }: ExecutionResult, timeline: Timeline): string[] {
  const retries = ofType(timeline, 'retry').length;
  if (retries > 0) return [`retried ${timesText(retries)}`];
  const asked = ofType(timeline, 'request').map(({ operation }) => JSON.stringify(operation));
  // Requests that ask for the same are counted together, so that one of them may have been sent once.
  const isAlone = (index: number) =>
    asked.indexOf(asked[index] ?? '') === asked.lastIndexOf(asked[index] ?? '');
  const sent = (conduct?.sent ?? []).flatMap((count, index) =>
    count > 1 && isAlone(index) ? [`request ${index + 1} ${timesText(count)}`] : [],
  );
  return sent.length === 0 ? [] : [`sent ${named(sent, 'requests several times')}`];
}

function timesText(count: number): string {
  return ['never', 'once', 'twice'][count] ?? `${count} times`;
}

/** As the wire shows it. */
function opened({ events }: Timeline): string[] {
  const tuples = new Set(
    events.flatMap((event) =>
      event.source === 'wire' && event.from === 'client' && event.flags.includes('SYN')
        ? [event.tuple]
        : [],
    ),
  );
  return tuples.size === 0 ? [] : [`opened ${counted(tuples.size, 'connection')}`];
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>;
const ofType = <T extends Event['type']>({ events }: Timeline, type: T) =>
  events.filter((event): event is Of<T> => event.type === type);

function callersGot(timeline: Timeline): string[] {
  const asked = ofType(timeline, 'request').length;
  const outcomes = ofType(timeline, 'outcome').map(({ request, outcome }) => ({
    request,
    outcome,
  }));
  const answered = outcomes.filter(({ outcome }) => outcome.status === 'answered').length;
  const failed = outcomes.flatMap(({ request, outcome }) =>
    outcome.status === 'failed' ? [`${request} with ${printable(outcome.error)}`] : [],
  );
  const open = asked - outcomes.length;
  const hung =
    outcomes.filter(({ outcome }) => outcome.status === 'hung').length + Math.max(0, open);
  const crashes = ofType(timeline, 'crashed');
  return [
    ...(asked === 0 ? ['nothing was asked'] : []),
    ...(asked > 0 && answered === asked ? [`${allOf(asked)} answered`] : []),
    ...failedText(failed, asked),
    ...(hung > 0 ? [`${counted(hung, 'request')} had no outcome before the deadline`] : []),
    ...(answered > 0 && answered < asked ? [`${answered} of ${asked} were answered`] : []),
    ...crashes.slice(0, 1).map(({ text }) => `the client crashed: ${printable(text)}`),
  ];
}

function failedText(failed: readonly string[], asked: number): string[] {
  const [first] = failed;
  if (first === undefined) return [];
  if (failed.length === 1) return [`request ${first.replace(' with', ' failed with')}`];
  return [`${failed.length} of ${asked} requests failed (${named(failed, 'others')})`];
}

const allOf = (asked: number) =>
  asked === 1
    ? 'the request was'
    : asked === 2
      ? 'both requests were'
      : `all ${asked} requests were`;

/** What the outcomes alone do not show. */
function wrongs({ faultResponse }: ExecutionResult): string[] {
  if (faultResponse === 'corrupted') return ['an answer was delivered that was not of its request'];
  if (faultResponse === 'duplicated')
    return ['a write was executed more often than it was asked for'];
  if (faultResponse === 'poisoned') return ['one dead connection failed several requests'];
  return [];
}
