import fc from 'fast-check';
import t from 'tap';
import type { Timeline } from '../../harness/timeline.ts';
import { barLeft } from '../../reports/html/ladder/bars.ts';
import { barWidth, cellWidth, mostBars, type Span } from '../../reports/html/ladder/geometry.ts';
import { ladderOf } from '../../reports/html/ladder/layout.ts';
import { defaultRowOptions, foldedUs, type Row, rowsOf } from '../../reports/html/ladder/rows.ts';
import { widthOf } from '../../reports/text/columns.ts';
import { timeline } from './arbitrary.ts';
import { timelineNames, timelineOf } from './fixture.ts';

const thin = { ...defaultRowOptions, mostEvents: 12 };
const options = fc.constantFrom(defaultRowOptions, thin);
const eventRows = (rows: readonly Row[]) => rows.filter((row) => row.kind === 'event');
const apart = (a: Span, b: Span) =>
  a.left + a.width <= b.left + 1e-6 || b.left + b.width <= a.left + 1e-6;
const within = (inner: Span, outer: Span) =>
  inner.left >= outer.left - 1e-6 && inner.left + inner.width <= outer.left + outer.width + 1e-6;

t.test('rows follow each other without a gap and never overlap', async () => {
  fc.assert(
    fc.property(timeline, options, (any, chosen) => {
      const { rows, height } = ladderOf(any, chosen);
      const touch = rows.every((row, at) => {
        const next = rows[at + 1];
        return row.height > 0 && (next === undefined || next.top === row.top + row.height);
      });
      const last = rows.at(-1);
      return touch && (last === undefined || last.top + last.height <= height);
    }),
  );
});

t.test('each event has one row, in order', async (t) => {
  fc.assert(
    fc.property(timeline, (any) => {
      const drawn = eventRows(rowsOf(any)).map(({ event, index }) => [event, index]);
      t.strictSame(
        drawn,
        any.events.map((event, index) => [event, index]),
      );
    }),
  );
});

t.test('of a long timeline each event is drawn or counted as left out', async () => {
  fc.assert(
    fc.property(timeline, (any) => {
      const rows = rowsOf(any, thin);
      const drawn = eventRows(rows);
      const omitted = rows.reduce((sum, row) => sum + (row.kind === 'omitted' ? row.count : 0), 0);
      const isOrdered = drawn.every((row, at) => row.index > (drawn[at - 1]?.index ?? -1));
      return (
        isOrdered && drawn.length <= thin.mostEvents && drawn.length + omitted === any.events.length
      );
    }),
  );
});

t.test('folded, omitted and drawn time add up to the whole', async (t) => {
  fc.assert(
    fc.property(timeline, options, (any, chosen) => {
      const rows = rowsOf(any, chosen);
      const omittedUs = rows.reduce(
        (sum, row) => sum + (row.kind === 'omitted' ? row.spannedUs : 0),
        0,
      );
      let openUs = 0;
      rows.forEach((row, at) => {
        const before = rows.slice(0, at).findLast(({ kind }) => kind !== 'teardown');
        if (row.kind === 'event' && before?.kind === 'event') openUs += row.atUs - before.atUs;
      });
      const totalUs = (any.events.at(-1)?.atUs ?? 0) - (any.events[0]?.atUs ?? 0);
      t.equal(foldedUs(rows) + omittedUs + openUs, totalUs);
    }),
  );
});

t.test('a fold is drawn exactly where the silence is longer than the threshold', async (t) => {
  const rows = rowsOf(timelineOf('idleClose'));
  const folds = rows.filter((row) => row.kind === 'fold');
  t.strictSame(
    folds.map((row) => row.foldedUs),
    [20_090],
  );
  const at = rows.findIndex((row) => row.kind === 'fold');
  t.match(rows[at - 1], { phrase: { text: 'wait until the upstream has closed' } });
  t.match(rows[at + 1], { phrase: { text: 'close the connection (FIN)' } });
  const none = rowsOf(timelineOf('idleClose'), { ...defaultRowOptions, foldAfterUs: 20_090 });
  t.notOk(none.some((row) => row.kind === 'fold'));
});

t.test('texts keep to their lanes, to the room that they have, and apart', async () => {
  fc.assert(
    fc.property(timeline, (any) => {
      const { cells, spans } = ladderOf(any);
      return cells.every(({ row, badge, text, frame }) => {
        const { client, clientKernel } = spans;
        const both = { left: client.left, width: client.width + clientKernel.width };
        const lane = row.lane === 'client' ? both : spans[row.lane];
        const boxes = [badge, text, ...(frame === undefined ? [] : [frame])];
        const pairs = boxes.flatMap((box, at) =>
          boxes.slice(at + 1).map((other) => [box, other] as const),
        );
        return (
          boxes.every((box) => within(box, lane)) &&
          pairs.every(([a, b]) => apart(a, b)) &&
          widthOf(text.content) * cellWidth <= text.width + 1e-6
        );
      });
    }),
  );
});

t.test('bars of one column never overlap, and stand clear of all texts', async () => {
  fc.assert(
    fc.property(timeline, (any) => {
      const { bars, cells, spans } = ladderOf(any);
      const clash = bars.some((a, at) =>
        bars
          .slice(at + 1)
          .some(
            (b) =>
              a.side === b.side &&
              a.column === b.column &&
              !(a.bottom <= b.top || b.bottom <= a.top),
          ),
      );
      const names = cells.filter(({ row }) => row.lane !== 'wire');
      const isClear = bars.every((bar) => {
        const span = { left: barLeft(bar, spans), width: barWidth };
        const lane = bar.side === 'client' ? spans.clientKernel : spans.upstreamKernel;
        const isLabelInside = bar.label.top >= bar.top && bar.label.bottom <= bar.bottom;
        return isLabelInside && within(span, lane) && names.every(({ text }) => apart(span, text));
      });
      return !clash && isClear;
    }),
  );
});

t.test('a state begins a bar that the next one of its side ends', async (t) => {
  const { bars } = ladderOf(timelineOf('idleClose'));
  const ofFirst = bars.filter(({ connection, side }) => connection === 1 && side === 'client');
  t.strictSame(
    ofFirst.map(({ state }) => state),
    ['SYN_SENT', 'ESTABLISHED', 'CLOSE_WAIT', 'TIME_WAIT'],
  );
  t.strictSame(
    ofFirst.slice(1).map(({ top }) => top),
    ofFirst.slice(0, -1).map(({ bottom }) => bottom),
  );
});

t.test(
  'a closed connection gives its column back; beyond the last column there is no bar',
  async (t) => {
    const { bars } = ladderOf(timelineOf('idleClose'));
    t.ok(bars.every(({ column }) => column === 0));
    const tuples = Array.from({ length: 14 }, (_, at) => `127.0.0.1:${4000 + at}->127.0.0.1:53`);
    const crowded: Timeline = {
      connections: tuples,
      gaps: [],
      events: tuples.map((tuple, at) => ({
        atUs: at,
        source: 'sockets',
        type: 'state',
        tuple,
        side: 'client',
        state: 'ESTABLISHED',
      })),
    };
    const ladder = ladderOf(crowded);
    t.equal(ladder.bars.length, mostBars);
    t.equal(ladder.cells.length, 14);
  },
);

t.test('what follows the closing of the client is teardown, nothing before it', async (t) => {
  for (const name of timelineNames) {
    const any = timelineOf(name);
    const closing = any.events.findIndex(({ type }) => type === 'closing');
    for (const row of eventRows(rowsOf(any))) {
      t.equal(row.isTeardown, closing !== -1 && row.index > closing);
    }
    const isFollowed = closing !== -1 && closing < any.events.length - 1;
    t.equal(rowsOf(any).filter(({ kind }) => kind === 'teardown').length, isFollowed ? 1 : 0);
  }
});

t.test('events in words', async (t) => {
  const said = rowsOf(timelineOf('idleClose')).flatMap((row) =>
    row.kind === 'event' ? [`${row.lane}: ${row.phrase.text}`] : [],
  );
  for (const words of [
    'client: request 1: query A a.example',
    'client: checkout new for request 1',
    'client: peek: EOF',
    'client: stale: EOF, by probe',
    'client: answer 2: 192.0.2.1',
    'clientKernel: CLOSE_WAIT',
    'wire: SYN seq 0',
    'wire: PSH ACK seq 1 len 29 · query A a.example',
    'wire: FIN ACK seq 46',
    'upstreamKernel: FIN_WAIT_2',
    'upstream: serve A a.example: 192.0.2.1',
    'upstream: close the connection (FIN)',
  ]) {
    t.ok(said.includes(words), words);
  }
});
