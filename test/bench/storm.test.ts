import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { faultsFrom } from '../../bench/storm/faults.ts';
import { heapChange } from '../../bench/storm/heap-watch.ts';
import { lullLeftMs } from '../../bench/storm/schedule.ts';
import { countReply, SocketTable } from '../../bench/storm/socket-table.ts';
import { SocketWatch } from '../../bench/storm/socket-watch.ts';
import type { FaultCounts } from '../../bench/storm/upstream.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { until } from '../support/turns.ts';

t.test('the kernel counts what a descriptor holds, what none holds, and TIME_WAIT', async (t) => {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  const { port } = listener.address;
  const ports = new Set([port]);
  const table = new SocketTable();
  const watch = new SocketWatch(ports);
  t.teardown(() => {
    listener.close();
    table.close();
    watch.stop();
  });
  const counts = () => table.countTo(ports, { withTimeWait: true });
  t.strictSame(counts(), { held: 0, orphaned: 0, timeWait: 0 });
  const sockets = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  t.strictSame(counts(), { held: 3, orphaned: 0, timeWait: 0 });
  t.strictSame([watch.dials, watch.descriptorsMost, watch.descriptors], [3, 3, 3]);

  // Nobody has accepted them, so nobody answers their FIN.
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  t.strictSame(counts(), { held: 0, orphaned: 3, timeWait: 0 });
  t.equal(watch.descriptors, 0);
  for (let left = 3; left > 0; left--) listener.acceptNow()?.close();
  await until('the connections are ended', () => counts().orphaned === 0);
  t.equal(counts().timeWait, 3);
  t.strictSame(table.countTo(ports), { held: 0, orphaned: 0, timeWait: 0 }, 'left out');
});

t.test('what the kernel refuses is an error', async (t) => {
  const refusal = Buffer.alloc(36);
  refusal.writeUInt32LE(36, 0);
  refusal.writeUInt16LE(2, 4);
  refusal.writeInt32LE(-22, 16);
  const counts = { held: 0, orphaned: 0, timeWait: 0 };
  t.throws(() => countReply(refusal, new Set([53]), counts), /error 22/);
});

t.test('the heap of the last third beside that of the middle one', async (t) => {
  const { middleBytes, lastBytes, change } = heapChange([900, 900, 100, 100, 104, 106]);
  t.strictSame([middleBytes, lastBytes], [100, 105]);
  t.ok(Math.abs(change - 0.05) < 1e-9);
  t.throws(() => heapChange([1, 2]), RangeError);
});

t.test('all are silent at the end of each period', async (t) => {
  t.strictSame([0, 3299, 3300, 3999, 4000, 7400].map(lullLeftMs), [0, 0, 700, 1, 0, 600]);
});

t.test(
  'the same seed meets the same queries with the same faults, and each fault is met',
  async (t) => {
    const meet = (seed: number) => {
      const faults = faultsFrom(seed);
      return Array.from({ length: 200_000 }, faults.ofQuery);
    };
    const met = meet(11);
    t.strictSame(met, meet(11));
    const counts: FaultCounts = {};
    for (const fault of met) counts[fault] = (counts[fault] ?? 0) + 1;
    t.strictSame(Object.keys(counts).sort(), [
      'crossedId',
      'finBefore',
      'finInAnswer',
      'none',
      'refuse',
      'resetBefore',
      'resetInAnswer',
      'slow',
      'swallow',
      'wrongId',
    ]);
    t.ok((counts.none ?? 0) > 190_000, 'most are answered at once');
    const faults = faultsFrom(11);
    for (let i = 0; i < 1000; i++) {
      const part = faults.part(44);
      if (part < 1 || part > 43) t.fail(`some bytes of 44, and not all: ${part}`);
    }
  },
);
