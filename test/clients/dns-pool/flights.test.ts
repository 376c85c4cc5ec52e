import fc from 'fast-check';
import t from 'tap';
import type { Clock } from '../../../clients/clock.ts';
import { type Flight, Flights } from '../../../clients/dns-pool/flights.ts';
import { encodeQuery } from '../../../clients/dns-pool/message.ts';
import { PendingRequest } from '../../../clients/dns-pool/pending-request.ts';
import { virtualClock } from '../../../harness/clocks.ts';

const encoded = encodeQuery({ name: 'a.example', type: 'A' });
const newRequest = () =>
  new PendingRequest(
    encoded,
    () => {},
    () => {},
  );

function setUp(nextId: () => number = () => 9) {
  const clock = virtualClock();
  let timers = 0;
  const counted: Clock = {
    nowMs: clock.nowMs,
    after(delayMs, run) {
      timers += 1;
      let isOver = false;
      const end = () => {
        if (!isOver) timers -= 1;
        isOver = true;
      };
      const cancel = clock.after(delayMs, () => {
        end();
        run();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  const expired: Flight[] = [];
  const reactions: ((flight: Flight) => void)[] = [];
  const flights = new Flights({ clock: counted, queryMs: 1000, nextId }, (flight) => {
    expired.push(flight);
    for (const react of reactions) react(flight);
  });
  return {
    flights,
    clock,
    expired,
    timers: () => timers,
    onExpired: (react: (flight: Flight) => void) => reactions.push(react),
  };
}

t.test('an id in flight is never given again, whatever the source proposes', async () => {
  const steps = fc.array(fc.tuple(fc.integer(), fc.constantFrom('take', 'land', 'abandon')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (taken) => {
      let proposal = 0;
      const { flights } = setUp(() => proposal);
      const inFlight: Flight[] = [];
      const abandoned = new Set<Flight>();
      for (const [next, step] of taken) {
        // Few distinct proposals, so that they collide.
        proposal = next % 3;
        const oldest = inFlight[0];
        if (step === 'land' && oldest) {
          flights.land(oldest);
          inFlight.shift();
          abandoned.delete(oldest);
        } else if (step === 'abandon' && oldest) {
          flights.abandon(oldest);
          abandoned.add(oldest);
        } else inFlight.push(flights.take(newRequest()));
        const awaited = inFlight.filter((flight) => !abandoned.has(flight));
        const isRight =
          new Set(inFlight.map(({ id }) => id)).size === inFlight.length &&
          inFlight.every(({ id }) => id >= 0 && id <= 65_535) &&
          inFlight.every((flight) => flights.get(flight.id) === flight) &&
          flights.size === inFlight.length &&
          flights.awaited === awaited.length &&
          flights.waiting().every((flight, i) => flight === awaited[i]);
        if (!isRight) return false;
      }
      return true;
    }),
  );
});

t.test('all 65 536 can be in flight, and not one more', async (t) => {
  let next = 0;
  const { flights } = setUp(() => (next++ * 7919) % 65_536);
  const ids = new Set<number>();
  for (let i = 0; i < 65_536; i++) ids.add(flights.take(newRequest()).id);
  t.equal(ids.size, 65_536);
  t.throws(() => flights.take(newRequest()), RangeError);
  const seven = flights.get(7);
  if (seven) flights.land(seven);
  t.equal(flights.take(newRequest()).id, 7, 'the only one that is free');
});

t.test('abandoned twice counts once, and landing takes it back', async (t) => {
  const { flights } = setUp();
  const request = newRequest();
  const flight = flights.take(request);
  flights.abandon(flight);
  flights.abandon(flight);
  t.same([flights.size, flights.awaited], [1, 0]);
  flights.land(flight);
  t.same([flights.size, flights.awaited], [0, 0]);
  t.equal(flights.of(request), undefined);
});

t.test('one timer for all, none when nothing is in flight', async (t) => {
  const { flights, clock, expired, timers } = setUp();
  t.equal(timers(), 0);
  const taken = [1, 2, 3].map(() => {
    clock.advance(10);
    return flights.take(newRequest());
  });
  t.equal(timers(), 1);
  for (const flight of taken) flights.land(flight);
  t.equal(timers(), 0);
  flights.take(newRequest());
  flights.clear();
  t.same([timers(), flights.size, flights.awaited], [0, 0, 0]);
  clock.advance(10_000);
  t.same(expired, []);
});

t.test('each expires when its own time is over, the oldest first', async (t) => {
  const { flights, clock, expired, onExpired } = setUp();
  onExpired((flight) => flights.land(flight));
  const sent: Flight[] = [];
  for (let i = 0; i < 3; i++) {
    sent.push(flights.take(newRequest()));
    clock.advance(100);
  }
  const [, second] = sent;
  if (second) flights.land(second);
  clock.advance(699);
  t.same(expired, []);
  clock.advance(1);
  t.same(expired, [sent[0]]);
  clock.advance(199);
  t.equal(expired.length, 1);
  clock.advance(1);
  t.same(expired, [sent[0], sent[2]]);
});

t.test('what is sent as another expires does not put off those sent before it', async (t) => {
  const { flights, clock, expired, timers, onExpired } = setUp();
  const first = flights.take(newRequest());
  clock.advance(1);
  const second = flights.take(newRequest());
  onExpired((flight) => {
    flights.land(flight);
    if (flight === first) flights.take(newRequest());
  });
  clock.advance(999);
  t.same(expired, [first]);
  clock.advance(1);
  t.same(expired, [first, second]);
  t.equal(timers(), 1);
});

t.test('the list may be cleared by whoever is told of one that expired', async (t) => {
  const { flights, clock, expired, timers, onExpired } = setUp();
  flights.take(newRequest());
  flights.take(newRequest());
  onExpired(() => flights.clear());
  clock.advance(1000);
  t.equal(expired.length, 1);
  t.equal(timers(), 0);
});
