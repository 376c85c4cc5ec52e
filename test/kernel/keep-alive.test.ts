/** When a connection that the network has lost is given up. */
import fc from 'fast-check';
import t from 'tap';
import { keepAlive } from '../../kernel/keep-alive.ts';
import { closeCall, getsockoptCall, linux } from '../../kernel/libc.ts';
import { openSocket, uint32 } from '../../kernel/socket.ts';

function option(fd: number, level: number, name: number): number {
  const value = uint32(0);
  t.equal(getsockoptCall(fd, level, name, value, uint32(4)), 0);
  return value.readUInt32LE(0);
}

t.test('the kernel asks after the silence, and gives up after about as long again', async (t) => {
  const fd = openSocket(linux.SOCK_STREAM);
  t.teardown(() => closeCall(fd));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 32_767 }), (seconds) => {
      keepAlive(fd, seconds);
      t.equal(option(fd, linux.SOL_SOCKET, linux.SO_KEEPALIVE), 1);
      t.equal(option(fd, linux.IPPROTO_TCP, linux.TCP_KEEPIDLE), seconds);
      const interval = option(fd, linux.IPPROTO_TCP, linux.TCP_KEEPINTVL);
      const probes = option(fd, linux.IPPROTO_TCP, linux.TCP_KEEPCNT);
      const givenUpSeconds = interval * probes;
      return givenUpSeconds <= seconds && givenUpSeconds > 0.7 * seconds;
    }),
    { numRuns: 200 },
  );
});
