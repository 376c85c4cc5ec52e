/** Holds a program against docs/client-protocol.md, with fake upstreams of a protocol that it speaks. */
import type { Operation, Unstamped, UpstreamEvent } from '../event.ts';
import { keyOf } from '../expect/facts.ts';
import type { RunningScript, UpstreamDriver } from '../upstream.ts';
import { within } from '../work.ts';
import { type ProgramProcess, type Replied, startProgram } from './process.ts';
import type { Call } from './protocol.ts';

/** How one check ended. */
export interface Checked {
  name: string;
  failure?: { expected: string; actual: string };
}

/** For a reply, and for what an upstream must see. */
const deadlineMs = 5000;
/** For a failure that a retry may put off. */
const patienceMs = 1000;

/** Not as the page says. */
class Differs extends Error {
  override readonly name = 'Differs';
  readonly expected: string;

  constructor(expected: string, actual: string) {
    super(actual);
    this.expected = expected;
  }
}

interface Upstream {
  running: RunningScript;
  events: readonly Unstamped<UpstreamEvent>[];
  /** Resolves when the upstream has read a request. */
  received: Promise<void>;
  /** Who signs its certificates, in PEM, where there is TLS. */
  ca: string | undefined;
}

/** A program that has just been started, and what it is asked. */
interface Setting {
  program: ProgramProcess;
  protocol: string;
  operation: Operation;
  /** Plays this script, in words, for as long as the check lasts. */
  upstream(script: string): Upstream;
}

interface Check {
  name: string;
  /** Protocols that have no such thing. */
  notOn?: readonly string[];
  run: (setting: Setting) => Promise<void>;
}

const answering = 'answer every request';
const silent = 'read a request, execute it and answer nothing';

const checks: readonly Check[] = [
  {
    name: 'open, request, stats, close',
    async run(setting) {
      const upstream = setting.upstream(answering);
      await opened(setting, upstream);
      await answered(setting, upstream);
      await replied(setting, { call: 'stats' });
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'it is opened again in the same process, for another upstream',
    async run(setting) {
      for (const upstream of [setting.upstream(answering), setting.upstream(answering)]) {
        await opened(setting, upstream);
        await answered(setting, upstream);
        await replied(setting, { call: 'close' });
      }
    },
  },
  {
    name: 'requests that overlap are all answered',
    async run(setting) {
      const upstream = setting.upstream(answering);
      await opened(setting, upstream);
      await Promise.all([1, 2, 3].map(() => answered(setting, upstream)));
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'fields that it does not know are passed over',
    async run(setting) {
      const upstream = setting.upstream(answering);
      await opened(setting, upstream, { future: { of: ['another', 'version'] } });
      await answered(setting, upstream, { future: 1 });
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'a call that it does not know fails, and is not fatal',
    async run(setting) {
      await failed(setting, { call: 'dance' });
      const upstream = setting.upstream(answering);
      await opened(setting, upstream);
      await answered(setting, upstream);
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'an operation that it does not know fails with UNSUPPORTED, and is not fatal',
    async run(setting) {
      const upstream = setting.upstream(answering);
      await opened(setting, upstream);
      await failed(setting, { call: 'request', operation: { kind: 'dance' } }, 'UNSUPPORTED');
      await answered(setting, upstream);
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'a setting that it does not know is refused, and is not fatal',
    async run(setting) {
      const upstream = setting.upstream(answering);
      await failed(setting, openCall(setting, upstream, { settings: { noSuchSetting: 1 } }));
      await opened(setting, upstream);
      await answered(setting, upstream);
      await replied(setting, { call: 'close' });
    },
  },
  {
    name: 'a request fails when the upstream closes each connection, at the latest with the client',
    notOn: ['dns-udp'],
    async run(setting) {
      const upstream = setting.upstream(`${silent}, then close`);
      await opened(setting, upstream);
      const request = failed(setting, { call: 'request', operation: setting.operation });
      // Some go on trying for as long as they are asked to.
      const settled = request.catch(() => {});
      await within(patienceMs, settled, () => {});
      await Promise.all([replied(setting, { call: 'close' }), request]);
    },
  },
  {
    name: 'a close while a request is under way fails the request',
    async run(setting) {
      const upstream = setting.upstream(silent);
      await opened(setting, upstream);
      const request = failed(setting, { call: 'request', operation: setting.operation });
      await reached(upstream, request);
      await Promise.all([replied(setting, { call: 'close' }), request]);
    },
  },
  {
    name: 'a cancel is taken or passed over',
    async run(setting) {
      const upstream = setting.upstream(silent);
      await opened(setting, upstream);
      const { id, reply } = setting.program.call({ call: 'request', operation: setting.operation });
      const request = failure(bounded(reply, 'request'), 'request');
      await reached(upstream, request);
      setting.program.cancel(id);
      await Promise.all([replied(setting, { call: 'close' }), request]);
    },
  },
  {
    name: 'the end of its input ends it, with code 0 within two seconds',
    async run({ program }) {
      const { how, isByItself } = await program.end();
      if (isByItself && how === 'it exited with code 0') return;
      const actual = isByItself ? how : 'it went on, and was killed';
      throw new Differs('it exits with code 0', actual);
    },
  },
];

/** Requests whose answer every fake upstream knows. */
function operationFor(protocol: string): Operation {
  switch (protocol) {
    case 'mysql':
    case 'postgres':
      return { kind: 'statement', sql: 'SELECT 1' };
    case 'redis':
      return { kind: 'command', words: ['GET', 'a'] };
    case 'http':
      return { kind: 'fetch', method: 'GET', target: '/a' };
    default:
      return { kind: 'query', name: 'a.example', type: 'A' };
  }
}

/**
 * Each check has a process of its own. Never throws for what the program does.
 * @param onChecked Called with each check as soon as it is done.
 */
export async function checkProgram(
  command: readonly string[],
  upstreams: UpstreamDriver,
  onChecked: (checked: Checked) => void,
): Promise<void> {
  const name = 'hello within five seconds, with a protocol and an operation that can be checked';
  let protocol: string;
  try {
    protocol = await checkableProtocol(command, upstreams);
  } catch (error) {
    onChecked({ name, failure: failureOf(error, 'a hello as the page has it') });
    return;
  }
  onChecked({ name });
  for (const check of checks.filter(({ notOn = [] }) => !notOn.includes(protocol))) {
    const failure = await runCheck(check, command, protocol, upstreams);
    onChecked({ name: check.name, ...(failure && { failure }) });
  }
}

async function checkableProtocol(
  command: readonly string[],
  upstreams: UpstreamDriver,
): Promise<string> {
  const { hello, end } = await startProgram(command);
  await end();
  const found = hello.protocols.find(
    (protocol) =>
      upstreams.protocols.includes(protocol) &&
      hello.operations.some((kind) => kind === operationFor(protocol).kind),
  );
  if (found !== undefined) return found;
  throw new Differs(
    `one of the protocols ${upstreams.protocols.join(', ')}, with its operation`,
    `protocols ${hello.protocols.join(', ')}, operations ${hello.operations.join(', ')}`,
  );
}

async function runCheck(
  { run }: Check,
  command: readonly string[],
  protocol: string,
  upstreams: UpstreamDriver,
): Promise<Checked['failure']> {
  const running: RunningScript[] = [];
  let program: ProgramProcess | undefined;
  try {
    program = await startProgram(command);
    const ca = await upstreams.authority(protocol);
    await run({
      program,
      protocol,
      operation: operationFor(protocol),
      upstream: (script) => {
        const upstream = startUpstream(script, protocol, upstreams);
        running.push(upstream.running);
        return { ...upstream, ca };
      },
    });
    return undefined;
  } catch (error) {
    return failureOf(error, 'what the page says');
  } finally {
    await program?.kill();
    for (const upstream of running) await upstream.stop();
  }
}

function startUpstream(
  script: string,
  protocol: string,
  upstreams: UpstreamDriver,
): Omit<Upstream, 'ca'> {
  const source = { name: 'client check', text: script, format: 'words' } as const;
  const read = upstreams.readScript(source, protocol);
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('; '));
  const events: Unstamped<UpstreamEvent>[] = [];
  let onReceived = () => {};
  const received = new Promise<void>((resolve) => {
    onReceived = resolve;
  });
  const record = (event: Unstamped<UpstreamEvent>) => {
    events.push(event);
    if (event.type === 'received') onReceived();
  };
  const whyNoLoss = 'a check loses no packets';
  const running = upstreams.start(read.script, protocol, record, { whyNoLoss });
  return { running, events, received };
}

function failureOf(error: unknown, expected: string): NonNullable<Checked['failure']> {
  if (error instanceof Differs) return { expected: error.expected, actual: error.message };
  if (error instanceof Error) return { expected, actual: error.message };
  throw error;
}

type Extra = Record<string, unknown>;

function openCall({ protocol }: Setting, upstream: Upstream, extra: Extra): Call {
  const target = upstream.running.address;
  const authority = upstream.ca === undefined ? {} : { ca: upstream.ca };
  const targets = [target];
  return { call: 'open', protocol, target, targets, settings: {}, ...authority, ...extra };
}

async function opened(setting: Setting, upstream: Upstream, extra: Extra = {}): Promise<void> {
  await replied(setting, openCall(setting, upstream, extra));
}

/** Resolves when the reply has come, in time and without an error. Throws Differs. */
async function replied({ program }: Setting, call: Call): Promise<Replied> {
  const reply = await bounded(program.call(call).reply, call.call);
  if (!reply.failure) return reply;
  throw new Differs(`a reply to ${call.call}`, `the error ${words(reply.failure)}`);
}

async function bounded(reply: Promise<Replied>, call: string): Promise<Replied> {
  const late = `no reply within ${deadlineMs} ms`;
  const got = await within<Replied | undefined>(deadlineMs, reply, () => undefined);
  if (!got) throw new Differs(`a reply to ${call}`, late);
  return got;
}

const words = ({ error, message }: { error: string; message: string }) =>
  message === '' ? error : `${error} (${message})`;

/** The answer must be the one that the upstream gave. */
async function answered(setting: Setting, upstream: Upstream, extra: Extra = {}): Promise<void> {
  const { operation } = setting;
  const { answer } = await replied(setting, {
    call: 'request',
    operation: { ...operation, ...extra },
  });
  const key = keyOf(operation);
  const served = upstream.events.flatMap((event) =>
    event.type === 'served' && event.key === key ? [event.answer] : [],
  );
  if (answer !== undefined && served.includes(answer)) return;
  const given = served.length === 0 ? `an answer to "${key}"` : JSON.stringify(served.at(-1));
  throw new Differs(
    `the answer of the upstream, ${given}`,
    served.length === 0
      ? `${JSON.stringify(answer)}, and the upstream was not asked`
      : JSON.stringify(answer),
  );
}

/** The call must fail: with this word, where one is given. */
async function failed({ program }: Setting, call: Call, word?: string): Promise<void> {
  await failure(bounded(program.call(call).reply, call.call), call.call, word);
}

async function failure(reply: Promise<Replied>, call: string, word?: string): Promise<void> {
  const { failure } = await reply;
  const expected = word === undefined ? `an error of ${call}` : `the error ${word}`;
  if (!failure) throw new Differs(expected, 'a reply without an error');
  if (word !== undefined && failure.error !== word) throw new Differs(expected, words(failure));
}

/** The request is with the upstream. Rejects when it has failed before. */
async function reached({ received }: Upstream, request: Promise<void>): Promise<void> {
  request.catch(() => {});
  const settled = request.then(() => {
    throw new Differs('the request waits for its answer', 'it failed at once');
  });
  const here = within(deadlineMs, Promise.race([received.then(() => true), settled]), () => false);
  if (!(await here)) throw new Differs('the upstream is asked', 'it was not');
}
