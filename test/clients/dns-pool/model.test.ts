/** Any mix of queries, updates and faults keeps the pool's laws. */
import fc from 'fast-check';
import t from 'tap';
import { DnsPool, DnsPoolError } from '../../../clients/dns-pool/index.ts';
import { record } from './recorder.ts';
import {
  addressOf,
  answer,
  answerBytes,
  type OnQuery,
  openUpstream,
  type Upstream,
} from './upstream.ts';

/** What the upstream does with one request; the name says it, so that every attempt meets the same. */
const conducts = {
  answer,
  'answer-end': (query, { socket }) => socket.end(answerBytes(query)),
  'answer-reset': (query, { socket }) =>
    socket.write(answerBytes(query), () => socket.resetAndDestroy()),
  'answer-more': (query, { socket }) =>
    socket.write(Buffer.concat([answerBytes(query), Buffer.of(0, 1)])),
  'answer-twice': (query, { socket }) =>
    socket.write(Buffer.concat([answerBytes(query), answerBytes(query)])),
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
const mayAnswer = new Set<Conduct>([
  'answer',
  'answer-end',
  'answer-reset',
  'answer-more',
  'answer-twice',
  'drip',
]);

/** One byte alone would be half a length: a request in flight could only wait for the rest. */
const emptyMessage = Buffer.of(0, 0);

const strikes = ['destroy', 'resetAndDestroy', 'end', 'stray'] as const;
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      conduct: fc.constantFrom(...(Object.keys(conducts) as Conduct[])),
      isUpdate: fc.boolean(),
      /** Whether only the first attempt meets the conduct and the next is answered. */
      isOnce: fc.boolean(),
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
const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { maxLength: 6 });

type Plan = typeof bursts extends fc.Arbitrary<infer Value> ? Value : never;
type Step = Plan[number][number];
type Request = Extract<Step, { kind: 'request' }>;

t.test('any mix of queries, updates and faults', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(bursts, fc.integer({ min: 1, max: 4 }), async (plan, maxConnections) => {
      const run = new Run(await openConductedUpstream(), maxConnections, plan);
      for (const burst of plan) await run.play(burst);
      await run.end();
      if (run.broken.length > 0) throw new Error(run.broken.join('\n'));
    }),
    { numRuns: 150 },
  );
});

function openConductedUpstream(): Promise<Upstream> {
  const seen = new Set<string>();
  return openUpstream((query, connection) => {
    const [, conduct, isOnce] = query.name.split('.');
    const isAgain = seen.has(query.name) && isOnce === 'once';
    seen.add(query.name);
    const act = isAgain ? answer : conducts[conduct as Conduct];
    act(query, connection);
  });
}

class Run {
  /** The laws that did not hold. */
  readonly broken: string[] = [];
  readonly #upstream: Upstream;
  readonly #pool: DnsPool;
  readonly #recorder = record();
  readonly #maxConnections: number;
  readonly #hasStray: boolean;
  #requestCount = 0;

  constructor(upstream: Upstream, maxConnections: number, plan: Plan) {
    this.#upstream = upstream;
    this.#pool = new DnsPool({ port: upstream.port, maxConnections });
    this.#maxConnections = maxConnections;
    this.#hasStray = plan.flat().some((taken) => taken.kind === 'strike' && taken.how === 'stray');
  }

  async play(burst: Step[]): Promise<void> {
    const requests: Promise<void>[] = [];
    for (const taken of burst) {
      if (taken.kind === 'request') requests.push(this.#request(taken));
      else this.#strike(taken.how, taken.which);
    }
    await Promise.all(requests);
    const { created, destroyed, active, idle, waiting } = this.#pool.stats();
    this.#law(created === active + destroyed, 'created = active + destroyed');
    this.#law(active === idle && waiting === 0, 'nothing is in use any more');
  }

  async end(): Promise<void> {
    await this.#pool.close();
    this.#recorder.stop();
    await this.#upstream.close();
    const { events } = this.#recorder;
    const count = (type: string) => events.filter((event) => event.type === type).length;
    const { created, destroyed, active, queries, retries, errors } = this.#pool.stats();
    this.#law(active === 0 && created === destroyed, 'everything made is destroyed');
    this.#law(created === this.#upstream.connections.length, 'the upstream saw them all');
    this.#law(count('connected') === created, 'one event for each connection made');
    this.#law(count('destroy') === destroyed, 'one event for each connection destroyed');
    this.#law(count('retry') === retries, 'one event for each retry');
    this.#law(queries === this.#requestCount, 'a request is counted once');
    this.#law(retries <= errors && retries <= queries, 'a retry follows an error, once a request');
    this.#law(isLentToOneAtATime(events), 'a connection is lent to one request at a time');
    this.#law(deadAreNotLent(events), 'a dead connection is never lent again');
  }

  async #request({ conduct, isOnce, isUpdate }: Request): Promise<void> {
    const name = `n${this.#requestCount++}.${conduct}.${isOnce ? 'once' : 'always'}`;
    try {
      if (isUpdate) await this.#pool.update({ name, data: addressOf(name) });
      else await this.#ask(name);
    } catch (error) {
      if (!(error instanceof DnsPoolError)) throw error;
      const isExpected = !mayAnswer.has(conduct) || this.#hasStray || error.class !== 'protocol';
      this.#law(isExpected && error.class !== 'timeout', `${name}: ${error.message}`);
    }
    this.#law(this.#pool.stats().active <= this.#maxConnections, 'active <= max');
    const attempts = this.#upstream.names.filter((asked) => asked === name).length;
    this.#law(attempts <= (isUpdate ? 1 : 2), `${name} was sent ${attempts} times`);
  }

  async #ask(name: string): Promise<void> {
    const { answers } = await this.#pool.query({ name, type: 'A' });
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

type Events = ReturnType<typeof record>['events'];

function isLentToOneAtATime(events: Events): boolean {
  const inUse = new Set<string>();
  for (const event of events) {
    const tuple = 'tuple' in event ? (event.tuple ?? '') : '';
    if (event.type === 'checkout') {
      if (inUse.has(tuple)) return false;
      inUse.add(tuple);
    }
    if (event.type === 'repool' || event.type === 'destroy') inUse.delete(tuple);
  }
  return true;
}

/** After the kernel has told of an end or an error, nothing but the destroying may follow. */
function deadAreNotLent(events: Events): boolean {
  const dead = new Set<string>();
  for (const event of events) {
    const tuple = 'tuple' in event ? (event.tuple ?? '') : '';
    // The kernel may give the port of a dead connection to a new one.
    if (event.type === 'connected') dead.delete(tuple);
    if ((event.type === 'checkout' || event.type === 'io') && dead.has(tuple)) return false;
    if (event.type === 'io' && event.error !== undefined) dead.add(tuple);
    if (event.type === 'destroy') dead.add(tuple);
  }
  return true;
}
