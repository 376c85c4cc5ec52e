/** Any mix of queries, updates, withdrawals and faults keeps the pool's laws. */
import fc from 'fast-check';
import t from 'tap';
import { DnsPool, DnsPoolError, type RequestOptions } from '../../../clients/dns-pool/index.ts';
import { until } from '../../support/turns.ts';
import { socketCount } from '../socket-count.ts';
import { isFreshUntilAnswered, isNeverLentDead } from './laws.ts';
import { record } from './recorder.ts';
import {
  addressOf,
  answer,
  answerBytes,
  type OnQuery,
  openUpstream,
  type Upstream,
  type UpstreamConnection,
} from './upstream.ts';

/** What the upstream does with one request; the name says it, so that every attempt meets the same. */
const conducts = {
  answer,
  /** In the next turn of the event loop, after others that came later. */
  late: answer,
  'answer-end': (query, { socket }) => socket.end(answerBytes(query)),
  'answer-reset': (query, { socket }) =>
    socket.write(answerBytes(query), () => {
      // After an end, Node would leave the descriptor open.
      if (socket.writable) socket.resetAndDestroy();
    }),
  'answer-more': (query, { socket }) =>
    socket.write(Buffer.concat([answerBytes(query), Buffer.of(0, 1)])),
  'answer-twice': (query, { socket }) =>
    socket.write(Buffer.concat([answerBytes(query), answerBytes(query)])),
  'no-more': (query, { socket }) => socket.write(answerBytes(query, { keepalive: 0 })),
  'no-edns': (query, { socket }) => {
    const isAsking = query.packet.additionals?.some(({ type }) => type === 'OPT');
    socket.write(answerBytes(query, isAsking ? { rcode: 1 } : {}));
  },
  drip: (query, { socket }) => {
    for (const byte of answerBytes(query)) socket.write(Buffer.of(byte));
  },
  end: (_query, { socket }) => socket.end(),
  reset: (_query, { socket }) => socket.resetAndDestroy(),
  half: (query, { socket }) => socket.end(answerBytes(query).subarray(0, 15)),
  'wrong-id': (query, { socket }) => socket.write(answerBytes(query, { id: query.id ^ 0x55 })),
  'wrong-name': (query, { socket }) => socket.write(answerBytes(query, { name: 'wrong' })),
} satisfies Record<string, OnQuery>;

type Conduct = keyof typeof conducts;
/** Those that harm nobody, neither the request itself nor others on its connection. */
const harmless = new Set<Conduct>(['answer', 'late', 'drip', 'no-edns', 'no-more']);

/** One byte alone would be half a length: a request in flight could only wait for the rest. */
const emptyMessage = Buffer.of(0, 0);

const strikes = ['destroy', 'resetAndDestroy', 'end', 'stray'] as const;
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      conduct: fc.constantFrom(...(Object.keys(conducts) as Conduct[])),
      isUpdate: fc.boolean(),
      /** Whether only the first attempt meets the conduct and the next is answered. */
      isOnce: fc.boolean(),
      /** When the caller gives it up. */
      abort: fc.constantFrom('never', 'never', 'never', 'at once', 'next turn'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('strike' as const),
      how: fc.constantFrom(...strikes),
      which: fc.nat({ max: 5 }),
    }),
  },
);
/** Steps of one burst happen in one tick: requests start before and after faults are noticed. */
const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 14 }), { maxLength: 6 });
const limits = fc.record({
  maxConnections: fc.integer({ min: 1, max: 4 }),
  maxInFlight: fc.constantFrom(1, 2, 3, 64),
});

type Plan = typeof bursts extends fc.Arbitrary<infer Value> ? Value : never;
type Limits = typeof limits extends fc.Arbitrary<infer Value> ? Value : never;
type Step = Plan[number][number];
type Request = Extract<Step, { kind: 'request' }>;

t.test('any mix of queries, updates, withdrawals and faults', { timeout: 60_000 }, async () => {
  const before = socketCount();
  await fc.assert(
    fc.asyncProperty(bursts, limits, fc.boolean(), async (plan, limited, isClosedEarly) => {
      const backlog = new Backlog();
      const run = new Run(await openConductedUpstream(backlog), limited, plan);
      for (const burst of plan) await run.play(burst);
      await run.end(isClosedEarly);
      await until('no socket is left', () => socketCount() <= before);
      if (backlog.most > limited.maxInFlight) run.broken.push(`${backlog.most} in flight`);
      if (run.broken.length > 0) throw new Error(run.broken.join('\n'));
    }),
    { numRuns: 150 },
  );
});

/** How many requests have waited for their answers on one connection, as the upstream sees it. */
class Backlog {
  most = 0;
  readonly #counts = new Map<UpstreamConnection, number>();

  add(connection: UpstreamConnection, change: 1 | -1): void {
    const count = (this.#counts.get(connection) ?? 0) + change;
    this.#counts.set(connection, count);
    this.most = Math.max(this.most, count);
  }
}

function openConductedUpstream(backlog: Backlog): Promise<Upstream> {
  const seen = new Set<string>();
  return openUpstream((query, connection) => {
    const [, conduct, isOnce] = query.name.split('.');
    const isAgain = seen.has(query.name) && isOnce === 'once';
    seen.add(query.name);
    // It had the next one in its buffer when it closed.
    if (!connection.socket.writable) return;
    backlog.add(connection, 1);
    if (conduct === 'late' && !isAgain) {
      setImmediate(() => {
        if (!connection.socket.writable) return;
        backlog.add(connection, -1);
        answer(query, connection);
      });
      return;
    }
    const act = isAgain ? answer : conducts[conduct as Conduct];
    backlog.add(connection, -1);
    act(query, connection);
  });
}

class Run {
  /** The laws that did not hold. */
  readonly broken: string[] = [];
  readonly #upstream: Upstream;
  readonly #pool: DnsPool;
  readonly #recorder = record();
  readonly #limits: Limits;
  /** With any of these, a request that was not at fault may be lost with others, and only once be sent again. */
  readonly #isPeaceful: boolean;
  #requestCount = 0;

  constructor(upstream: Upstream, limited: Limits, plan: Plan) {
    this.#upstream = upstream;
    this.#pool = new DnsPool({ port: upstream.port, ...limited });
    this.#limits = limited;
    this.#isPeaceful = plan
      .flat()
      .every((taken) => taken.kind === 'request' && harmless.has(taken.conduct));
  }

  async play(burst: Step[]): Promise<void> {
    const requests: Promise<void>[] = [];
    for (const taken of burst) {
      if (taken.kind === 'request') requests.push(this.#request(taken));
      else this.#strike(taken.how, taken.which);
    }
    await Promise.all(requests);
    const { created, destroyed, active, waiting } = this.#pool.stats();
    this.#law(waiting === 0, 'nobody waits any more');
    this.#law(created - destroyed <= active, 'made and not destroyed is held');
  }

  async end(isClosedEarly: boolean): Promise<void> {
    // What was given up may still be in flight, or its connection being made.
    if (!isClosedEarly) {
      await until('nothing is in use', () => {
        const { active, idle } = this.#pool.stats();
        return active === idle;
      });
      const { created, destroyed, active, inFlight } = this.#pool.stats();
      this.#law(created === active + destroyed && inFlight === 0, 'created = active + destroyed');
    }
    await this.#pool.close();
    this.#recorder.stop();
    await this.#upstream.close();
    const { events } = this.#recorder;
    const count = (type: string) => events.filter((event) => event.type === type).length;
    const { created, destroyed, active, queries, retries, errors } = this.#pool.stats();
    this.#law(active === 0 && created === destroyed, 'everything made is destroyed');
    this.#law(count('connected') === created, 'one event for each connection made');
    this.#law(count('destroy') === destroyed, 'one event for each connection destroyed');
    this.#law(count('retry') === retries, 'one event for each retry');
    this.#law(queries === this.#requestCount, 'a request is counted once');
    this.#law(retries <= errors && retries <= queries, 'a retry follows an error, once a request');
    this.#law(isFreshUntilAnswered(events), 'one before the first answer');
    this.#law(isNeverLentDead(events), 'a dead connection is never lent again');
  }

  async #request({ conduct, isOnce, isUpdate, abort }: Request): Promise<void> {
    const name = `n${this.#requestCount++}.${conduct}.${isOnce ? 'once' : 'always'}`;
    const { options, isAborted } = withdrawing(abort);
    const settled: string[] = [];
    try {
      if (isUpdate) await this.#pool.update({ name, data: addressOf(name) }, options);
      else await this.#ask(name, options);
      settled.push('answered');
    } catch (error) {
      if (!(error instanceof DnsPoolError)) throw error;
      settled.push(error.class);
      const isExpected = error.class === 'aborted' ? isAborted() : !this.#isPeaceful;
      this.#law(isExpected && error.class !== 'timeout', `${name}: ${error.message}`);
      // Only what was never sent may go again when it must be executed once at most.
      if (error.isUnsent) this.#law(this.#attempts(name) === 0, `${name} is told to be unsent`);
    }
    this.#law(settled.length === 1, 'every request is settled once');
    this.#law(this.#pool.stats().active <= this.#limits.maxConnections, 'active <= max');
    const attempts = this.#attempts(name);
    // Asking again without OPT is no retry: the upstream has said that it did nothing.
    const extra = conduct === 'no-edns' ? 2 : 1;
    const attemptsMax = isUpdate ? extra : 1 + extra;
    this.#law(attempts <= attemptsMax, `${name} was sent ${attempts} times`);
  }

  #attempts(name: string): number {
    return this.#upstream.names.filter((asked) => asked === name).length;
  }

  async #ask(name: string, options: RequestOptions): Promise<void> {
    const { answers } = await this.#pool.query({ name, type: 'A' }, options);
    const data = answers?.map((record) => ('data' in record ? record.data : ''));
    this.#law(data?.join() === addressOf(name), `the answer to ${name} is its own`);
  }

  #strike(how: (typeof strikes)[number], which: number): void {
    const live = this.#upstream.connections.filter(({ socket }) => socket.writable);
    const socket = live[which % Math.max(live.length, 1)]?.socket;
    if (how === 'stray') socket?.write(emptyMessage);
    else socket?.[how]();
  }

  #law(isKept: boolean, text: string): void {
    if (!isKept) this.broken.push(`${text}: ${JSON.stringify(this.#pool.stats())}`);
  }
}

function withdrawing(abort: Request['abort']): { options: RequestOptions; isAborted(): boolean } {
  if (abort === 'never') return { options: {}, isAborted: () => false };
  const controller = new AbortController();
  const withdraw = () => controller.abort();
  if (abort === 'at once') process.nextTick(withdraw);
  else setImmediate(withdraw);
  return { options: { signal: controller.signal }, isAborted: () => controller.signal.aborted };
}
