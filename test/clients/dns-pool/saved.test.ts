/** Exactly the requests that the retry rule allows to be saved are saved: F7, F8, F10, F26, F29, F30. */
import fc from 'fast-check';
import t from 'tap';
import { DnsPoolError } from '../../../clients/dns-pool/index.ts';
import { until } from '../../support/turns.ts';
import { withTeardown } from '../../support/upstream.ts';
import { holding, type Setting, set } from './setting.ts';
import { addressOf, answer, answerBytes, type OnQuery } from './upstream.ts';

const lost = {
  end: (_query, { socket }) => socket.end(),
  reset: (_query, { socket }) => socket.resetAndDestroy(),
  half: (query, { socket }) => socket.end(answerBytes(query).subarray(0, 15)),
} satisfies Record<string, OnQuery>;
const wrong = {
  'wrong-id': (query, { socket }) => socket.write(answerBytes(query, { id: query.id ^ 0x55 })),
  'wrong-name': (query, { socket }) => socket.write(answerBytes(query, { name: 'wrong' })),
} satisfies Record<string, OnQuery>;
const lastly = {
  'answer-end': (query, { socket }) => socket.end(answerBytes(query)),
  'answer-more': (query, { socket }) =>
    socket.write(Buffer.concat([answerBytes(query), Buffer.of(0, 1)])),
  'no-more': (query, { socket }) => socket.write(answerBytes(query, { keepalive: 0 })),
} satisfies Record<string, OnQuery>;
const conducts: Record<string, OnQuery> = { answer, ...lost, ...wrong, ...lastly };

interface Step {
  conduct: string;
  isUpdate: boolean;
  isOnce: boolean;
}

const steps = fc.array(
  fc.record({
    conduct: fc.constantFrom(...Object.keys(conducts)),
    isUpdate: fc.boolean(),
    /** Only the first attempt meets the conduct, the next is answered. */
    isOnce: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** What becomes of a request, and of the connection, when there is one that has answered or there is none. */
function foretell({ conduct, isUpdate, isOnce }: Step, isReused: boolean) {
  const isLost = conduct in lost;
  const isAgain = isLost && isReused && !isUpdate;
  if (isAgain) return { attempts: 2, isAnswered: isOnce, isKept: isOnce };
  if (isLost || conduct in wrong) return { attempts: 1, isAnswered: false, isKept: false };
  return { attempts: 1, isAnswered: true, isKept: !(conduct in lastly) };
}

async function outcomeOf({ ask, update }: Setting, name: string, isUpdate: boolean) {
  try {
    await (isUpdate ? update(name) : ask(name));
    return true;
  } catch (error) {
    if (error instanceof DnsPoolError) return false;
    throw error;
  }
}

t.test('one after the other: the rule foretells each of them', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, (plan) => withTeardown((unwinds) => playOneByOne(unwinds, plan))),
    { numRuns: 100 },
  );
});

async function playOneByOne(unwinds: Parameters<typeof set>[0], plan: Step[]): Promise<boolean> {
  const seen = new Set<string>();
  const setting = await set(unwinds, (query, connection) => {
    const [, conduct = '', isOnce] = query.name.split('.');
    const act = seen.has(query.name) && isOnce === 'once' ? answer : conducts[conduct];
    seen.add(query.name);
    act?.(query, connection);
  });
  const { upstream, pool } = setting;
  let isOpen = false;
  for (const [i, step] of plan.entries()) {
    const name = `n${i}.${step.conduct}.${step.isOnce ? 'once' : 'always'}`;
    const expected = foretell(step, isOpen);
    const isAnswered = await outcomeOf(setting, name, step.isUpdate);
    const attempts = upstream.names.filter((asked) => asked === name).length;
    if (isAnswered !== expected.isAnswered || attempts !== expected.attempts) return false;
    // The end that follows an answer may be noticed later than the answer.
    if (!expected.isKept) await until('it is gone', () => pool.stats().active === 0);
    else if (pool.stats().idle !== 1) return false;
    isOpen = expected.isKept;
  }
  return true;
}

const together = fc.record({
  kinds: fc.array(fc.constantFrom('query', 'update'), { minLength: 1, maxLength: 20 }),
  order: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
  answered: fc.nat({ max: 20 }),
  strike: fc.constantFrom('end' as const, 'resetAndDestroy' as const),
});

t.test('many in flight, some answered, then the end', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(together, (plan) => withTeardown((unwinds) => playTogether(unwinds, plan))),
    { numRuns: 100 },
  );
});

type Together = typeof together extends fc.Arbitrary<infer Value> ? Value : never;

async function playTogether(
  unwinds: Parameters<typeof set>[0],
  { kinds, order, answered, strike }: Together,
): Promise<boolean> {
  const { onQuery, held, holds } = holding();
  const setting = await set(
    unwinds,
    (query, connection) => {
      if (connection.ordinal === 1 && query.name !== 'first') onQuery(query, connection);
      else answer(query, connection);
    },
    { maxConnections: 1 },
  );
  const { upstream, pool } = setting;
  await setting.ask('first');
  const names = kinds.map((kind, i) => `${kind}${i}`);
  const outcomes = names.map((name, i) => outcomeOf(setting, name, kinds[i] === 'update'));
  await holds(...names);
  // Answered in any order, and the strike only when the client has all of these.
  const shuffled = held.map((one, i) => ({ one, key: order[i] ?? 0 }));
  const chosen = shuffled.sort((a, b) => a.key - b.key).slice(0, answered);
  for (const { one } of chosen) one.answer();
  await until('they have arrived', () => pool.stats().inFlight === names.length - chosen.length);
  upstream.connection(1).socket[strike]();
  const isAnswered = new Set(chosen.map(({ one }) => one.query.name));
  const results = await Promise.all(outcomes);
  const expected = names.map((name, i) => kinds[i] === 'query' || isAnswered.has(name));
  const sent = (name: string) => upstream.names.filter((asked) => asked === name).length;
  return (
    results.every((result, i) => result === expected[i]) &&
    names.every((name, i) => sent(name) === (kinds[i] === 'query' && !isAnswered.has(name) ? 2 : 1))
  );
}

t.test('what is saved has its own answer', async (t) => {
  const { onQuery, holds } = holding();
  const { upstream, ask } = await set(
    t,
    (query, connection) => {
      if (connection.ordinal === 1 && query.name !== 'first') onQuery(query, connection);
      else answer(query, connection);
    },
    { maxConnections: 1 },
  );
  await ask('first');
  const names = Array.from({ length: 60 }, (_, i) => `n${i}`);
  const asked = names.map((name) => ask(name));
  await holds(...names);
  upstream.connection(1).socket.resetAndDestroy();
  t.same(await Promise.all(asked), names.map(addressOf));
});
