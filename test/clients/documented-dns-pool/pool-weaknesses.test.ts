/** What goes wrong with the documented pool, weakness by weakness. 3 to 6 are the probe's alone. */
import t from 'tap';
import { answerAll, close, swallow } from '../../../fake-servers/step.ts';
import { realClock, virtualClock } from '../../../harness/clocks.ts';
import { turns, until } from '../../support/turns.ts';
import { answerBytes, failure, readQuery } from '../manual-upstream.ts';
import { answerNext, play, set, warm } from './setting.ts';

/** The probe's millisecond does not pass, however busy the machine is: a dead connection is not missed. */
const unhurried = () => ({ probeClock: virtualClock() });

t.test('weakness 1: a connection that was reset while idle is lent, and fails', async (t) => {
  const setting = set(t, unhurried());
  const { pool, ask, accept, told } = setting;
  (await warm(setting)).reset();
  const asked = ask('b.example');
  await answerNext(await accept());
  await asked;
  t.same(told('stale'), []);
  const calls = told('io');
  const probe = calls.indexOf('recv ECONNRESET');
  t.equal(calls[probe + 1], 'send EPIPE', 'the first write finds out');
  t.match(pool.stats(), { errors: 1, retries: 1 });
});

t.test(
  'weakness 2: an answer that nobody asked for loses a byte, and spoils the next',
  async (t) => {
    const clock = virtualClock();
    const setting = set(t, { clock, ...unhurried() });
    const { ask, told } = setting;
    const socket = await warm(setting);
    await socket.send(answerBytes(9, 'unasked.example', '10.6.6.6'));
    const asked = failure(ask('b.example'));
    await answerNext(socket);
    // The length is read one byte too late, so it is far too long: the rest of it never comes.
    await until('the answers are taken for a part of one', () => told('io').length >= 10);
    clock.advance(5_000);
    t.equal((await asked).code, 'TIMEOUT');
    t.same(told('stale'), []);
  },
);

t.test('weakness 3: a healthy connection is used a millisecond late', async (t) => {
  const clock = virtualClock();
  const setting = set(t, { clock });
  const { ask } = setting;
  const socket = await warm(setting);
  const asked = ask('b.example');
  await turns();
  t.equal(socket.bytesUnread(), 0, 'nothing is asked yet');
  clock.advance(1);
  t.equal(await answerNext(socket), 'b.example');
  await asked;
});

t.test('weakness 6: the idle timeout means nothing at checkout', async (t) => {
  const clock = virtualClock();
  for (const [idleMs, isLent] of [
    [1_000, true],
    [600_000, false],
  ] as const) {
    const setting = set(t, { clock, probeClock: realClock, idleMs });
    const { pool, ask, accept } = setting;
    const socket = await warm(setting);
    clock.advance(isLent ? 29_999 : 300_001);
    const asked = ask('b.example');
    await answerNext(isLent ? socket : await accept());
    await asked;
    t.match(pool.stats(), { destroyed: isLent ? 0 : 1 });
  }
});

t.test('weakness 7: a freed slot is stolen, then no retry, and the lock is kept', async (t) => {
  const clock = virtualClock();
  const { pool, ask, onEvent, told } = play(t, [[swallow(), close()], [answerAll()]], {
    ...{ clock, maxConnections: 1 },
  });
  const settled: string[] = [];
  const watch = (name: string) => {
    const settle = () => settled.push(name);
    void ask(name, { timeoutMs: 60_000 }).then(settle, settle);
  };
  onEvent((event) => {
    if (event.type === 'log' && event.level === 'WARN' && event.text.includes('broken pipe')) {
      watch('thief.example');
    }
  });
  t.equal((await failure(ask('a.example'))).code, 'EOF');
  t.same(told('retry'), []);
  watch('later.example');
  await until('the thief has connected', () => told('connected').length === 2);
  await turns();
  clock.advance(3_600_000);
  await turns();
  t.same(settled, [], 'nobody is served, and no limit ends the waiting');
  t.match(pool.stats(), { active: 1, queries: 2 }, 'the later one is not even counted');
});

t.test('weakness 8: a request counts once more for every stale connection', async (t) => {
  const setting = set(t, unhurried());
  const { pool, ask, accept } = setting;
  const first = [ask('a.example'), ask('b.example'), ask('c.example')];
  const sockets = [await accept(), await accept(), await accept()];
  for (const socket of sockets) await answerNext(socket);
  await Promise.all(first);
  for (const socket of sockets) socket.close();
  const asked = ask('d.example');
  await answerNext(await accept());
  await asked;
  t.match(pool.stats(), { queries: 7, created: 4, destroyed: 3 });
});

t.test(
  'weaknesses 9 and 10: who waits gets it unprobed, and its length draws the RST',
  async (t) => {
    const { ask, accept, told } = set(t, { maxConnections: 1 });
    const first = ask('a.example');
    const socket = await accept();
    const { id, name } = await readQuery(socket);
    const waiting = ask('b.example');
    await until('it waits', () => told('log').some((line) => line.includes('连接池满')));
    await socket.send(answerBytes(id, name, '10.0.0.1'));
    socket.close();
    await first;
    await answerNext(await accept());
    await waiting;
    const sizes = told('io', 'checkout').slice(6, 9);
    t.same(sizes, ['checkout reused', 'send 2', 'send EPIPE'], 'no read came before');
    t.same(told('stale', 'retry'), ['retry EPIPE']);
  },
);

t.test(
  'weakness 11: after a timeout the late answer meets the next caller, and so on',
  async (t) => {
    const clock = virtualClock();
    const { pool, ask, accept } = set(t, { clock, probeClock: realClock });
    const late = failure(ask('late.example'));
    const socket = await accept();
    let unanswered = await readQuery(socket);
    clock.advance(5_000);
    t.match(await late, { code: 'TIMEOUT', message: /^read failed: .*: i\/o timeout$/ });
    for (const name of ['b.example', 'c.example']) {
      t.match(pool.stats(), { idle: 1, destroyed: 0 });
      const asked = failure(ask(name));
      const mine = await readQuery(socket);
      await socket.send(answerBytes(unanswered.id, unanswered.name, '10.6.6.6'));
      t.match(await asked, { code: 'ID_MISMATCH' }, 'it is always one behind');
      unanswered = mine;
    }
  },
);

t.test(
  "weakness 12: the caller's limit does not end an exchange, each phase has its own",
  async (t) => {
    const clock = virtualClock();
    const { ask, accept, told } = set(t, { clock });
    let isSettled = false;
    const asked = failure(ask('a.example', { timeoutMs: 100 }));
    void asked.then(() => {
      isSettled = true;
    });
    const socket = await accept();
    const { id, name } = await readQuery(socket);
    clock.advance(4_999);
    // The length comes in the last moment, and the message has five seconds of its own.
    await socket.send(answerBytes(id, name, '10.0.0.1').subarray(0, 2));
    await until('the length is read', () => told('io').at(-1) === 'recv 2');
    await turns();
    clock.advance(4_999);
    await turns();
    t.notOk(isSettled);
    clock.advance(1);
    t.equal((await asked).code, 'TIMEOUT');
  },
);

t.test('weakness 13: close() leaves what is in use, and a second one fails', async (t) => {
  const setting = set(t);
  const { pool, ask, accept, told, target } = setting;
  const both = [ask('a.example'), ask('b.example')];
  const [one, two] = [await accept(), await accept()];
  await answerNext(one);
  await Promise.race(both);
  const { id, name } = await readQuery(two);
  await pool.close();
  const line = `INFO [ConnectionPool] 关闭所有连接到 127.0.0.1:${target.port} (tcp)`;
  t.equal(told('log').at(-1), line);
  t.equal((await one.recv(1)).length, 0, 'the idle one is closed');
  t.match(pool.stats(), { active: 1, idle: 0 });
  await t.rejects(pool.close(), { message: 'close of closed channel' });
  await two.send(answerBytes(id, name, '10.0.0.1'));
  await Promise.all(both);
  t.equal((await two.recv(1)).length, 0, 'the other one only when its request has ended');
  const late = ask('c.example');
  await answerNext(await accept());
  t.equal(await late, '10.0.0.1', 'a pool that is closed goes on dialing');
});

t.test('weakness 14: an update is sent again, even after a fresh connection', async (t) => {
  const { update, of, told } = play(t, [[swallow(), close()], [answerAll()]]);
  t.equal(await update('a.example'), 'NOERROR');
  t.same(told('checkout', 'retry'), ['checkout new', 'retry EOF', 'checkout new']);
  const executed = of('executed').map(({ key }) => key);
  t.equal(executed.length, 2, 'the upstream has executed it twice');
  t.equal(executed[0], executed[1]);
});
