/** Programs as clients: what they say, and every way in which they break. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { SyscallStream, SyscallTap } from '../../../harness/recorders/syscalls-tap.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { ask, isRunning, listened, oddDriver, opened } from '../../support/programs.ts';
import { until } from '../../support/turns.ts';

type Driver = ReturnType<typeof oddDriver>;

function driverOf(t: import('tap').Test, ...args: Parameters<typeof oddDriver>): Driver {
  const driver = oddDriver(...args);
  t.teardown(() => driver.program.stop());
  return driver;
}

t.test('one process is opened for one execution after the other', async (t) => {
  const driver = driverOf(t);
  const pids: string[] = [];
  for (const ordinal of [1, 2, 3]) {
    const { client, crashes } = await opened(driver);
    pids.push(await ask(client, 'pid'));
    t.equal(await ask(client, 'opened'), String(ordinal));
    t.strictSame(await client.stats(), { opened: ordinal });
    await client.close();
    await client.close();
    t.strictSame(crashes, []);
  }
  t.equal(new Set(pids).size, 1);
  await driver.program.stop();
  t.notOk(isRunning(Number(pids[0])), 'and it is ended in the end');
  await driver.program.stop();
});

t.test('a failure has the word and the message of the library', async (t) => {
  const { client } = await opened(driverOf(t));
  await t.rejects(ask(client, 'fails'), { code: 'EPIPE', message: 'write: broken pipe' });
  t.equal(await ask(client, 'a'), 'done');
});

t.test('requests overlap, and one that is given up is cancelled', async (t) => {
  const { client } = await opened(driverOf(t));
  const giving = new AbortController();
  const waits = ask(client, 'hangs', giving.signal);
  t.equal(await ask(client, 'a'), 'done');
  giving.abort();
  await t.rejects(waits, { code: 'CANCELLED' });
  const last = t.rejects(ask(client, 'hangs'), { code: 'CLOSED' });
  await client.close();
  await last;
});

t.test('settings that it refuses: it cannot be opened, and the process goes on', async (t) => {
  const driver = driverOf(t);
  const first = await opened(driver);
  const pid = await ask(first.client, 'pid');
  await first.client.close();
  const refused = await opened(driver, { settings: { most: 1 } });
  await t.rejects(ask(refused.client, 'a'), { code: 'SETTINGS' });
  await refused.client.close();
  t.strictSame(refused.crashes, ['it cannot be opened: none']);
  t.equal(await ask((await opened(driver)).client, 'pid'), pid);
});

const breaking: Record<string, RegExp> = {
  exit: /^it exited with code 3; it printed last: .*stderr: "out of luck"$/,
  killed: /^it was killed by SIGSEGV/,
  garbage: /^it wrote a line that is not JSON: "panic: runtime error"/,
  binary: /^it wrote what is not UTF-8/,
  array: /^it wrote a line that is no object: "\[1\]"/,
  stranger: /^it replied to a call that is not under way: .*999999/,
  wordless: /^it wrote a reply to request that is not one: .*answer/,
  event: /^it wrote a event that is not one: .*sneeze/,
  late: /atUs must be microseconds/,
  long: /^it wrote a line longer than 1 MiB: "xxx/,
  flood: /^it wrote more than 16 MiB in one execution/,
};

t.test('every way to break', async (t) => {
  for (const [way, says] of Object.entries(breaking)) {
    t.test(way, async (t) => {
      const driver = driverOf(t);
      const before = await opened(driver);
      const pid = Number(await ask(before.client, 'pid'));
      const { events, stop } = listened();
      t.teardown(stop);
      const waits = t.rejects(ask(before.client, 'hangs'), { code: 'CRASHED' });
      await t.rejects(ask(before.client, way), { code: 'CRASHED', message: says });
      await waits;
      t.equal(before.crashes.length, 1, 'it is told once');
      await t.rejects(ask(before.client, 'a'), { code: 'CRASHED' }, 'and nothing more is had');
      await before.client.close();
      t.ok(events.length < 20_000, `${events.length} events are kept of a flood`);

      const { client, crashes } = await opened(driver);
      t.notOk(isRunning(pid), 'the broken one is gone');
      t.equal(await ask(client, 'a'), 'done', 'a fresh one takes its place');
      t.strictSame(crashes, []);
      t.throws(() => before.process.sockets(), /gone/);
    });
  }
});

t.test('a reply that comes twice breaks it after the first', async (t) => {
  const { client, crashes } = await opened(driverOf(t));
  t.equal(await ask(client, 'twice'), 'once');
  await t.rejects(ask(client, 'a'), { code: 'CRASHED', message: /not under way: .*twice/ });
  t.equal(crashes.length, 1);
});

t.test('a program that does not get as far as its hello', async (t) => {
  const ways: [string, RegExp][] = [
    ['garbage', /not JSON: "Usage: odd/],
    ['dies', /exited with code 4; it printed last: stderr: "no such library"/],
    ['mute', /no hello within 5000 ms/],
    ['other', /its hello says "isPool": false, and it is known as true/],
  ];
  await Promise.all(
    ways.map(async ([way, says]) => {
      await t.rejects(driverOf(t, way).program.start(), { message: says }, way);
    }),
  );
});

t.test('who does not end with its input is killed, and its children with it', async (t) => {
  const driver = driverOf(t, 'deaf');
  const { client } = await opened(driver);
  const [pid, child] = [await ask(client, 'pid'), await ask(client, 'child')].map(Number);
  t.ok(isRunning(child ?? 0));
  await client.close();
  await driver.program.stop();
  t.notOk(isRunning(pid ?? 0));
  await until('its child has ended', () => !isRunning(child ?? 0));
});

t.test('who ends with its input takes its children along', async (t) => {
  const driver = driverOf(t);
  const { client } = await opened(driver);
  const child = Number(await ask(client, 'child'));
  await client.close();
  await driver.program.stop();
  await until('its child has ended', () => !isRunning(child));
});

t.test('who does not reply to close is replaced', async (t) => {
  const driver = driverOf(t, 'clings');
  const { client } = await opened(driver);
  const pid = await ask(client, 'pid');
  client.close().catch(() => {});
  const next = await opened(driver);
  t.not(await ask(next.client, 'pid'), pid);
  t.notOk(isRunning(Number(pid)));
});

t.test('its events are published, with its own time', async (t) => {
  const { client } = await opened(driverOf(t));
  const { events, stop } = listened();
  t.teardown(stop);
  const beforeUs = Math.floor(Date.now()) * 1000;
  await ask(client, 'logs');
  t.match(events, [{ source: 'client', type: 'log', level: 'WARN', text: 'mind' }]);
  t.equal((events[0]?.atUs ?? 0) % 1000, 0, 'in milliseconds, as it has it');
  t.ok((events[0]?.atUs ?? 0) >= beforeUs);
});

t.test('paused it does nothing, until it goes on', async (t) => {
  for (const tap of [undefined, ...straced()]) {
    const driver = driverOf(t, 'good', tap);
    const { client, process } = await opened(driver);
    await ask(client, 'a');
    t.notOk(process.isPaused());
    await process.pause();
    t.ok(process.isPaused());
    let isAnswered = false;
    const request = ask(client, 'b').then(() => {
      isAnswered = true;
    });
    for (let turn = 0; turn < 1000; turn += 1) await setImmediate();
    t.notOk(isAnswered, tap ? `under ${tap.wrap([]).join(' ')}` : 'alone');
    process.resume();
    await request;
    await driver.program.stop();
  }
});

/** Real strace, as the parent of the program and as its grandchild. */
function straced(): SyscallTap[] {
  const strace = findProgram('strace');
  if (!strace) return [];
  const stream: SyscallStream = {
    until: async () => ({ calls: [] }),
    untilEnd: async () => ({ calls: [] }),
  };
  return [['-f'], ['-f', '-DD']].map((options) => ({
    fd: 3,
    wrap: (command) => [strace, '-qq', ...options, '-o', '/dev/null', ...command],
    read: () => stream,
  }));
}

/** As the recorder of system calls behaves, with what it was asked. */
function fakeTap(calls: Awaited<ReturnType<SyscallStream['until']>>) {
  const asked: string[] = [];
  let ports: () => readonly number[] = () => [];
  const tap: SyscallTap = {
    fd: 4,
    wrap: (command) => ['env', ...command],
    read(pipe, portsNow) {
      ports = portsNow;
      const ended = once(pipe.resume(), 'end');
      return {
        async until(marker) {
          asked.push(marker);
          if (marker.startsWith('{')) return calls;
          await ended;
          return { calls: [], gap: 'the stream ended' };
        },
        async untilEnd() {
          await ended;
          return calls;
        },
      };
    },
  };
  return { tap, asked, ports: () => ports() };
}

t.test('system calls are complete up to the reply to close', async (t) => {
  const call = {
    source: 'syscalls',
    type: 'call',
    call: 'read',
    tuple: '127.0.0.1:1->127.0.0.1:2',
    atUs: 1,
    pid: 1,
  } as const;
  const { tap, asked, ports } = fakeTap({ calls: [call] });
  const driver = driverOf(t, 'good', tap);
  for (const port of [4001, 4002]) {
    const { client, process } = await opened(driver, { targets: [{ host: '127.0.0.1', port }] });
    await ask(client, 'a');
    await client.close();
    t.strictSame(await process.finish(), { calls: [call] });
    t.strictSame(ports(), [port]);
  }
  t.strictSame(asked, ['{"id":3}', '{"id":6}']);
});

t.test('of a program that broke down they are known up to its end', async (t) => {
  const { tap } = fakeTap({ calls: [] });
  for (const way of ['exit', 'hangs']) {
    const driver = driverOf(t, way === 'hangs' ? 'clings' : 'good', tap);
    const { client, process } = await opened(driver);
    ask(client, way).catch(() => {});
    client.close().catch(() => {});
    t.strictSame(await process.finish(), { calls: [], gap: 'the stream ended' });
  }
});

t.test('without the recorder its gap says why', async (t) => {
  const { client, process } = await opened(driverOf(t));
  await client.close();
  t.strictSame(await process.finish(), { calls: [], gap: 'not wanted' });
  t.equal(process.sockets(), 0);
  t.strictSame(process.publishes, ['log']);
});
