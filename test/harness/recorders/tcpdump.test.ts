/** The program behind a capture: what it leaves when it dies, and when it is stopped. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { exchange } from '../../support/exchange.ts';
import { anyPort } from '../../support/sockets.ts';
import { turns, until } from '../../support/turns.ts';
import { wireOrReason } from '../../support/wire.ts';

const wire = await wireOrReason({ capture: 'tcpdump' });
const skip = 'unavailable' in wire ? wire.unavailable : false;

function programsOfThisProcess(name: string): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name);
}

t.test('when the capture dies in the middle, that is a gap from then on', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  wire.watch(listener.address.port);
  await exchange(listener, 'seen');
  const [tcpdump] = programsOfThisProcess('tcpdump');
  if (tcpdump === undefined) throw new Error('expected tcpdump as a child of this process');
  process.kill(tcpdump, 'SIGKILL');
  await exchange(listener, 'not seen');
  await until('it has ended', () => programsOfThisProcess('tcpdump').length === 0);
  await turns();
  const { gap } = await wire.collect(listener.address.port);
  t.match(gap, /tcpdump ended/);
  wire.watch(listener.address.port);
  t.match((await wire.collect(listener.address.port)).gap, /tcpdump ended/, 'later ones too');
});

t.test('stop leaves no program behind', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  await wire.stop();
  t.strictSame(programsOfThisProcess('tcpdump'), []);
  const again = await wireOrReason({ capture: 'tcpdump' });
  if ('unavailable' in again) throw new Error(again.unavailable);
  t.equal(programsOfThisProcess('tcpdump').length, 1);
  await again.stop();
  t.strictSame(programsOfThisProcess('tcpdump'), []);
});
