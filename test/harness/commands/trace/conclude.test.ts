import t from 'tap';
import { conclude } from '../../../../harness/commands/trace/conclude.ts';
import type { SyscallEvent } from '../../../../harness/event.ts';
import { conversation, handshake } from '../../../support/frame.ts';

const tuple = '127.0.0.1:40001->127.0.0.1:5300';
const startUs = 1_780_000_000_000_000;

const call = (name: string, at: number, more: Partial<SyscallEvent> = {}): SyscallEvent => ({
  source: 'syscalls',
  type: 'call',
  call: name,
  tuple,
  atUs: startUs + at,
  tookUs: 1,
  pid: 1,
  ...more,
});
const packets = (...more: Parameters<typeof conversation>[0][number][]) =>
  conversation([...handshake, ...more]);
const nothing = { gaps: [], ports: [] };

t.test('packets and calls of a connection on one clock', async (t) => {
  const reset = packets({ from: 'upstream', flags: ['RST'], seq: 1 });
  const calls = [call('connect', 0), call('write', 4, { error: 'EPIPE' })];
  const { connections, timeline, terminations } = conclude({ ...nothing, calls, packets: reset });
  t.strictSame(connections, [
    {
      connection: 1,
      tuple,
      transport: 'tcp',
      side: 'client',
      errors: ['RST', 'EPIPE'],
      ending: { kind: 'closed', by: 'upstream', flag: 'RST', frame: 4 },
      packets: 4,
      calls: 2,
    },
  ]);
  t.strictSame(
    timeline.events.map(({ source }) => source),
    ['wire', 'syscalls', 'wire', 'wire', 'wire', 'syscalls'],
  );
  t.match(terminations, [{ from: 'upstream', flag: 'RST', frame: 4 }]);
});

t.test('the error sequence is what the program itself has met', async (t) => {
  const ends = packets(
    { from: 'client', flags: ['RST'], seq: 1 },
    { from: 'upstream', flags: ['RST'], seq: 1 },
  );
  const errors = (calls: SyscallEvent[]) =>
    conclude({ ...nothing, calls, packets: ends }).connections[0]?.errors;
  t.strictSame(errors([call('write', 9, { error: 'EPIPE' })]), ['RST', 'EPIPE']);
  const served = call('read', 9, { error: 'ECONNRESET', side: 'upstream' });
  t.strictSame(errors([served]), ['RST', 'ECONNRESET']);
  t.strictSame(
    errors([call('read', 9, { error: 'EAGAIN' }), call('close', 10, { error: 'EIO' })]),
    ['RST'],
  );
});

t.test('how a connection ended', async (t) => {
  const ending = (all: ReturnType<typeof packets>) =>
    conclude({ ...nothing, calls: [call('connect', 0)], packets: all }).connections[0]?.ending;
  t.strictSame(ending(packets()), { kind: 'open' });
  t.strictSame(ending([]), { kind: 'unknown' });
  t.strictSame(ending(packets({ from: 'client', flags: ['FIN', 'ACK'], seq: 1 })), {
    kind: 'closed',
    by: 'client',
    flag: 'FIN',
    frame: 4,
  });
  const [syn] = handshake;
  if (!syn) throw new Error('no SYN');
  const refused = conversation([syn, { from: 'upstream', flags: ['RST', 'ACK'], seq: 0, ack: 1 }]);
  t.strictSame(ending(refused), { kind: 'refused', frame: 2 });
});

t.test('others on the same port are not the program’s', async (t) => {
  const others = conversation(handshake, { clientPort: 40_002 });
  const all = [...others, ...packets()];
  const mine = conclude({ ...nothing, calls: [call('connect', 0)], packets: all });
  t.strictSame(mine.timeline.connections, [tuple]);
  t.strictSame(mine.packets, all.slice(3));
  t.strictSame(
    mine.timeline.events.flatMap((event) => (event.source === 'wire' ? [event.frame] : [])),
    [1, 2, 3],
    'frames are those of what is kept',
  );
  const blind = conclude({ ...nothing, calls: undefined, packets: all, ports: [5300] });
  t.strictSame(
    blind.connections.map(({ side }) => side),
    [null, null],
    'without calls nobody knows',
  );
});
