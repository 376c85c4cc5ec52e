import t from 'tap';
import type { RecordedEvent, TcpState } from '../../harness/event.ts';
import { type StateWait, untilClientState, untilState } from '../../harness/state-waits.ts';

const tuple = '127.0.0.1:50000->127.0.0.1:53';
const accepted: RecordedEvent = {
  atUs: 1,
  source: 'upstream',
  type: 'accepted',
  tuple,
  ordinal: 1,
};
const reset: RecordedEvent = {
  atUs: 2,
  source: 'upstream',
  type: 'fired',
  tuple,
  ordinal: 1,
  step: 'reset',
  text: 'reset',
  bytesRead: 0,
  bytesSent: 0,
  bytesUnread: 0,
  receipts: [{ segment: 'RST', relativeSeq: 1, length: 0 }],
};

const waitFor = (changes: Partial<StateWait>): StateWait => ({
  events: [accepted, reset],
  stateOf: () => undefined,
  deadlineMs: 60_000,
  signal: new AbortController().signal,
  ...changes,
});

/** Each state for as many looks. */
function passing(looksEach: number, ...states: TcpState[]): () => TcpState | undefined {
  let looks = 0;
  return () => states[Math.min(Math.floor(looks++ / looksEach), states.length - 1)];
}

t.test('it ends when the kernel shows the state, however late', async (t) => {
  for (const looks of [1, 5, 11]) {
    const closing = waitFor({ stateOf: passing(looks, 'ESTABLISHED', 'CLOSE_WAIT', 'CLOSED') });
    t.equal(await untilClientState('CLOSED', closing), undefined);
    const leaving = waitFor({ stateOf: passing(looks, 'ESTABLISHED', 'FIN_WAIT_1', 'TIME_WAIT') });
    const states = ['TIME_WAIT', 'CLOSED'] as const;
    t.equal(await untilState({ side: 'upstream', states }, leaving), undefined);
  }
});

t.test('where the kernel does not tell, nothing is waited for', async (t) => {
  t.equal(await untilClientState('CLOSED', waitFor({})), undefined);
  t.equal(await untilState({ side: 'client', states: ['CLOSED'] }, waitFor({})), undefined);
});

t.test('at the deadline it says what is missing', async (t) => {
  const late: Partial<StateWait> = { deadlineMs: 5, stateOf: () => 'ESTABLISHED' };
  const wanted = { side: 'client', states: ['CLOSED'] } as const;
  t.match(await untilClientState('CLOSED', waitFor(late)), /connections are in ESTABLISHED$/);
  t.match(await untilState(wanted, waitFor(late)), 'it is in ESTABLISHED');
  const none = { ...late, events: [] };
  t.match(await untilClientState('CLOSED', waitFor(none)), 'the upstream broke no connection');
  t.match(await untilState(wanted, waitFor(none)), 'there is no connection');
});

t.test('a long wait asks the kernel ever more seldom', async (t) => {
  let looks = 0;
  const stateOf = (): TcpState => {
    looks += 1;
    return 'ESTABLISHED';
  };
  await untilClientState('CLOSED', waitFor({ deadlineMs: 300, stateOf }));
  // 20 at once, then pauses from a millisecond on that grow by the time waited: some 40 in 300 ms.
  t.ok(looks < 100, `${looks} looks`);
});

t.test('an abort ends it', async (t) => {
  const ending = new AbortController();
  const wait = waitFor({ stateOf: () => 'ESTABLISHED', signal: ending.signal });
  const waiting = untilClientState('CLOSED', wait);
  ending.abort();
  t.match(await waiting, 'ESTABLISHED');
});
