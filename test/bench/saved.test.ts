import t from 'tap';
import { type Kill, plannerFrom } from '../../bench/saved/kills.ts';
import { matchAll, type Trouble } from '../../bench/saved/match.ts';

const kill = (connection: string, answered: number, ...aboard: string[]): Kill => ({
  connection,
  answered,
  name: aboard[0] ?? '',
  where: 'request',
  byte: 3,
  how: 'RST',
  aboard,
});
const attempt = (connection: string, isFirst = false) => ({ connection, isFirst });
const reset = { class: 'reset', message: 'read failed' };

function verdictOf(trouble: Omit<Trouble, 'name'>, kills: Kill[]): string | undefined {
  return matchAll([{ name: 'a', ...trouble }], kills)[0]?.verdict;
}

t.test('saved: the first connection was killed, the second one answered', async (t) => {
  const attempts = [attempt('one'), attempt('two', true)];
  const [match] = matchAll(
    [{ name: 'a', attempts, failure: undefined }],
    [kill('one', 5, 'b', 'a')],
  );
  t.equal(match?.verdict, 'saved');
  t.equal(match?.kills.length, 1);
  t.equal(match?.namesLogged, 1);
});

t.test('second failure: both connections were killed', async (t) => {
  const attempts = [attempt('one'), attempt('two', true)];
  const kills = [kill('two', 0, 'a'), kill('one', 5, 'b')];
  t.equal(verdictOf({ attempts, failure: reset }, kills), 'second failure');
  const [match] = matchAll([{ name: 'a', attempts, failure: reset }], kills);
  t.equal(match?.namesLogged, 1, 'the log of the first does not name it');
});

t.test('first of a fresh connection: as the client and as the upstream see it', async (t) => {
  const failed = { attempts: [attempt('one', true)], failure: reset };
  t.equal(verdictOf(failed, [kill('one', 0, 'a')]), 'first of a fresh connection');
  t.equal(verdictOf(failed, [kill('one', 1, 'a')]), 'unexplained');
  const reused = { attempts: [attempt('one')], failure: reset };
  t.equal(verdictOf(reused, [kill('one', 0, 'a')]), 'unexplained');
});

t.test('sent again for nothing: the first of a fresh connection, which was seen', async (t) => {
  const attempts = [attempt('one', true), attempt('two', true)];
  for (const failure of [undefined, reset]) {
    const kills = [kill('one', 0, 'a'), kill('two', 0, 'a')];
    t.equal(verdictOf({ attempts, failure }, kills), 'sent again for nothing');
  }
  t.equal(verdictOf({ attempts, failure: undefined }, [kill('one', 0, 'b')]), 'saved', 'not seen');
});

t.test('unexplained: what the rule saves, and what nobody killed', async (t) => {
  const kills = [kill('one', 5, 'a'), kill('two', 0, 'a'), kill('three', 9, 'a')];
  const cases: [string, Omit<Trouble, 'name'>][] = [
    ['not sent again', { attempts: [attempt('one')], failure: reset }],
    ['lost without a kill', { attempts: [attempt('four'), attempt('two')], failure: reset }],
    ['never sent', { attempts: [], failure: { class: 'queue-full', message: '' } }],
    [
      'no loss',
      { attempts: [attempt('one'), attempt('two')], failure: { class: 'timeout', message: '' } },
    ],
    [
      'sent too often',
      { attempts: ['one', 'two', 'three'].map((c) => attempt(c)), failure: reset },
    ],
    [
      'answered at the third',
      { attempts: ['one', 'two', 'four'].map((c) => attempt(c)), failure: undefined },
    ],
  ];
  for (const [what, trouble] of cases) t.equal(verdictOf(trouble, kills), 'unexplained', what);
});

t.test('one exchange in a hundred is killed, in every way, and the same ones again', async (t) => {
  const plan = (seed: number) => {
    const planner = plannerFrom(seed, 100);
    return Array.from({ length: 20_000 }, planner);
  };
  const plans = plan(5);
  t.strictSame(plans, plan(5));
  const killed = plans.filter((one) => one !== undefined);
  t.ok(killed.length > 150 && killed.length < 250, `${killed.length} of 20 000`);
  t.ok(killed.every(({ part }) => part >= 0 && part < 1));
  t.equal(new Set(killed.map(({ where, how }) => `${where} ${how}`)).size, 4);
  t.ok(Array.from({ length: 10 }, plannerFrom(5, 1)).every((one) => one !== undefined));
});
