import fc from 'fast-check';
import t from 'tap';
import type { Timeline } from '../../harness/timeline.ts';
import { relatedEvents } from '../../reports/html/ladder/related.ts';
import { phraseOf } from '../../reports/html/ladder/words.ts';
import { timeline } from './arbitrary.ts';
import { timelineOf } from './fixture.ts';

/** What belongs to the first event that reads like this, in words. */
function relatedTo(of: Timeline, words: string): string[] {
  const texts = of.events.map((event) => phraseOf(event).text);
  const at = texts.findIndex((said) => said.startsWith(words));
  const related = relatedEvents(of)
    .filter((group) => group.includes(at))
    .flat();
  return [...new Set(related)].filter((index) => index !== at).map((index) => texts[index] ?? '');
}

t.test('groups hold several events, in order, each once', async () => {
  fc.assert(
    fc.property(timeline, (any) =>
      relatedEvents(any).every(
        (group) =>
          group.length > 1 &&
          group.every((index, at) => index < any.events.length && index > (group[at - 1] ?? -1)),
      ),
    ),
  );
});

t.test(
  'a FIN: the step, the states, the calls that heard of it, what was made of it',
  async (t) => {
    const related = relatedTo(timelineOf('idleClose'), 'FIN ACK seq 46');
    t.strictSame(related, [
      'close the connection (FIN)',
      'FIN_WAIT_1',
      'CLOSE_WAIT',
      'FIN_WAIT_2',
      'peek: EOF',
      'stale: EOF, by probe',
    ]);
  },
);

t.test('bytes: the call that wrote them, the segment, who read them', async (t) => {
  const of = timelineOf('idleClose');
  t.strictSame(relatedTo(of, 'PSH ACK seq 1 len 29'), ['send: 29 B', 'read A a.example (29 B)']);
  t.strictSame(relatedTo(of, 'PSH ACK seq 1 len 45'), [
    'serve A a.example: 192.0.2.1',
    'recv: 45 B',
  ]);
});

t.test('under TLS no call is joined with a segment', async (t) => {
  const of = timelineOf('idleClose');
  const events = of.events.map((event) =>
    event.source === 'client' && event.type === 'io' && event.call === 'send'
      ? { ...event, bytes: 7 }
      : event,
  );
  t.strictSame(relatedTo({ ...of, events }, 'send: 7 B'), []);
});

t.test('a RST: the bytes that drew it, and the call that heard of it', async (t) => {
  t.strictSame(relatedTo(timelineOf('brokenPipe'), 'RST seq 2'), [
    'PSH ACK seq 1 len 1 · 1 B "b"',
    'CLOSED',
    'CLOSED',
    'send: EPIPE',
    'recv: EOF',
  ]);
});

t.test('a request: its connection and its outcome; a probe: what came of it', async (t) => {
  const of = timelineOf('idleClose');
  t.strictSame(relatedTo(of, 'request 1'), ['checkout new for request 1', 'answer 1: 192.0.2.1']);
  t.strictSame(relatedTo(of, 'probe'), ['peek: EOF', 'stale: EOF, by probe']);
});
