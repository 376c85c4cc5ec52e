import fc from 'fast-check';
import t from 'tap';
import { abortedError, DnsPoolError } from '../../../clients/dns-pool/errors.ts';
import type { DnsAnswer } from '../../../clients/dns-pool/message.ts';
import { contend, type Strategy, strategies } from '../../../clients/dns-pool/strategies.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { failure } from './setting.ts';

type Conduct = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'fails' | 'silent';

interface Asked {
  member: number;
  signal: AbortSignal | undefined;
  settle: () => void;
}

const answerOf = (rcode: string, member: number) => ({ rcode, id: member }) as DnsAnswer;
const isGood = (conduct: Conduct | undefined) => conduct === 'NOERROR' || conduct === 'NXDOMAIN';

function arena(strategy: Strategy, conducts: readonly Conduct[]) {
  const clock = virtualClock();
  const asked: Asked[] = [];
  const ask = (member: number, signal: AbortSignal | undefined) =>
    new Promise<DnsAnswer>((resolve, reject) => {
      const conduct = conducts[member] ?? 'silent';
      const settle = () => {
        if (conduct === 'silent') return;
        if (conduct === 'fails') reject(new DnsPoolError('dial', 'ECONNREFUSED', `${member}`));
        else resolve(answerOf(conduct, member));
      };
      asked.push({ member, signal, settle });
    });
  const members = conducts.map((_, member) => member);
  const outcome = contend(strategy, { members, ask, clock, headStartMs: 100 }).then(
    ({ rcode, id }) => ({ rcode, member: id }),
    (error: unknown) => error as DnsPoolError,
  );
  return { asked, clock, outcome };
}

/** Lets promises settle. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const conduct = fc.constantFrom<Conduct>('NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'fails');

t.test(
  'whatever the strategy: a good answer if there is one, else any, else all failed',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...strategies),
        fc.array(conduct, { minLength: 1, maxLength: 5 }),
        async (strategy, conducts) => {
          const { asked, outcome } = arena(strategy, conducts);
          for (let settled = 0; settled < conducts.length; settled++) {
            asked[settled]?.settle();
            await turn();
          }
          const ended = await outcome;
          if (ended instanceof DnsPoolError) {
            const isRight = ended.class === 'all-failed' && ended.errors.length === conducts.length;
            return isRight && conducts.every((one) => one === 'fails');
          }
          return isGood(ended.rcode as Conduct) || !conducts.some(isGood);
        },
      ),
    );
  },
);

t.test('sequential asks one at a time, and nobody after a good answer', async (t) => {
  const { asked, outcome } = arena('sequential', ['fails', 'NOERROR', 'NOERROR']);
  t.same(
    asked.map(({ member }) => member),
    [0],
  );
  asked[0]?.settle();
  await turn();
  t.same(
    asked.map(({ member }) => member),
    [0, 1],
  );
  asked[1]?.settle();
  t.match(await outcome, { rcode: 'NOERROR', member: 1 });
  t.equal(asked.length, 2);
});

t.test('parallel asks all at once, and the first good answer counts', async (t) => {
  const { asked, outcome } = arena('parallel', ['silent', 'SERVFAIL', 'NXDOMAIN']);
  t.equal(asked.length, 3);
  asked[1]?.settle();
  await turn();
  asked[2]?.settle();
  t.match(await outcome, { rcode: 'NXDOMAIN', member: 2 });
  t.ok(
    asked.every(({ signal }) => signal === undefined),
    'nobody is cancelled',
  );
});

t.test('racing gives each a head start, or goes on at once when one fails', async (t) => {
  const { asked, clock, outcome } = arena('racing', ['silent', 'fails', 'silent', 'NOERROR']);
  t.equal(asked.length, 1);
  clock.advance(99);
  t.equal(asked.length, 1);
  clock.advance(1);
  t.equal(asked.length, 2);
  asked[1]?.settle();
  await turn();
  t.equal(asked.length, 3, 'a failure ends the head start');
  clock.advance(100);
  asked[3]?.settle();
  t.match(await outcome, { rcode: 'NOERROR', member: 3 });
  t.ok(asked[0]?.signal?.aborted, 'the losers are cancelled');
  t.ok(asked[2]?.signal?.aborted);
});

t.test('the caller has gone: nobody else is asked, and the caller learns why', async (t) => {
  for (const strategy of strategies) {
    const members = [0, 1, 2];
    let asked = 0;
    const ask = async () => {
      asked += 1;
      throw abortedError(AbortSignal.abort());
    };
    const contest = { members, ask, clock: virtualClock(), headStartMs: 100 };
    t.match(await failure(contend(strategy, contest)), { class: 'aborted' });
    t.equal(asked, strategy === 'parallel' ? 3 : 1, strategy);
  }
});
