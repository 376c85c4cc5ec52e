import fc from 'fast-check';
import t from 'tap';
import type { ExecutionResult } from '../../harness/result.ts';
import { storyOf } from '../../reports/story.ts';
import { text, timeline } from './arbitrary.ts';
import { allHostile, scenarios, timelineOf } from './fixture.ts';

function mainOf(name: keyof typeof scenarios): ExecutionResult {
  const [main] = scenarios[name].executions;
  if (!main) throw new Error('the fixture has an execution');
  return main;
}

t.test('a fault that nobody noticed', async (t) => {
  t.strictSame(storyOf(mainOf('pass'), timelineOf('idleClose')), {
    broken:
      'The upstream did “close the connection (FIN)” on connection #1 (frame 8) while no request was under way.',
    client:
      'The client dns-pool met EOF on #1, found #1 stale with a probe and opened 2 connections; both requests were answered.',
  });
});

t.test('a fault in the middle of a request, retried too often', async (t) => {
  t.strictSame(storyOf(mainOf('fail'), timelineOf('resetTwice')), {
    broken:
      'The upstream did “reset the connection (RST)” on connections #1 and #2 (frames 6 and 12) while request 1 was under way.',
    client:
      'The client dns-pool met ECONNRESET on #1 and #2, retried twice and opened 2 connections; request 1 failed with ECONNRESET.',
  });
});

t.test('what is not proved is not told as if it were', async (t) => {
  const { broken, client } = storyOf(mainOf('unknown'), timelineOf('withHole'));
  t.equal(
    broken,
    'The capture does not prove “close the connection (FIN)” on connection #1, so that what followed may have had another cause.',
  );
  t.match(client, /^As far as it was recorded, the client dns-pool met EOF on #1/);
});

t.test('without a timeline nothing is told of the client', async (t) => {
  const { client } = storyOf(mainOf('pass'), undefined);
  t.match(client, /^What dns-pool did cannot be told/);
});

t.test('a request that hangs, a crash, and what only the name says', async (t) => {
  const whole = timelineOf('resetTwice');
  const events = whole.events.filter(({ type }) => type !== 'outcome');
  const hung = storyOf({ ...mainOf('fail'), faultResponse: 'hung' }, { ...whole, events });
  t.match(hung.client, '; 1 request had no outcome before the deadline.');
  const at = { atUs: whole.events.at(-1)?.atUs ?? 0, source: 'workload' } as const;
  const crash = { ...at, type: 'crashed', text: 'TypeError: x' } as const;
  const crashed = storyOf(mainOf('fail'), { ...whole, events: [...whole.events, crash] });
  t.match(crashed.client, 'failed with ECONNRESET and the client crashed: TypeError: x.');
  const duplicated = storyOf({ ...mainOf('pass'), faultResponse: 'duplicated' }, whole);
  t.match(duplicated.client, 'a write was executed more often than it was asked for.');
});

t.test('a request that was sent twice by a client that says nothing of retries', async (t) => {
  const conduct = { sent: [1, 2], executed: null, log: null, calls: null };
  const { client } = storyOf({ ...mainOf('pass'), conduct }, timelineOf('idleClose'));
  t.match(client, 'sent request 2 twice');
  const [first] = timelineOf('idleClose').events.filter(({ type }) => type === 'request');
  if (first?.type !== 'request') throw new Error('the fixture has a request');
  const events = timelineOf('idleClose').events.map((event) =>
    event.type === 'request' ? { ...event, operation: first.operation } : event,
  );
  const alike = storyOf({ ...mainOf('pass'), conduct }, { ...timelineOf('idleClose'), events });
  t.notMatch(alike.client, 'twice', 'two that ask for the same may have been sent once each');
});

t.test('of any evidence: two printable sentences, which never grow without bound', async (t) => {
  fc.assert(
    fc.property(timeline, text, fc.constantFrom('pass', 'unknown'), (any, word, verdict) => {
      const main = mainOf('fail');
      const receipts = main.receipts.flatMap((receipt) =>
        Array.from({ length: 20 }, (_, n) => ({
          ...receipt,
          verdict,
          step: `${word.slice(0, 40)} ${n}`,
        })),
      );
      const { broken, client } = storyOf({ ...main, receipts, client: word }, any);
      for (const sentence of [broken, client]) {
        if (!/^[A-Z].*\.$/su.test(sentence) || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(sentence))
          return false;
      }
      return broken.length < 1200;
    }),
    { numRuns: 50 },
  );
  t.notMatch(storyOf({ ...mainOf('pass'), client: allHostile }, undefined).client, '\u001b');
});
