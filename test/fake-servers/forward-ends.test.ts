import t from 'tap';
import { errnoOf, readBytes, readToEnd } from '../support/sockets.ts';
import { turns } from '../support/turns.ts';
import { bothWays, proxied, sendAll } from './forward-support.ts';

for (const { from, ends, forwarded } of bothWays) {
  t.test(`half-close of the ${from} is kept, and the other direction goes on`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      const run = all.forwarding.run();
      await here.send(Buffer.from('last words'));
      here.halfClose();
      const { bytes, end } = await readToEnd(there);
      t.strictSame([bytes.toString(), end], ['last words', 'EOF']);
      await sendAll(there, Buffer.from('still here'));
      t.equal((await readBytes(here, 10)).toString(), 'still here');
      there.halfClose();
      t.equal((await here.recv(1)).length, 0);
      t.equal(await run, 'both ended');
    }),
  );

  t.test(`a reset by the ${from} is a reset, after the bytes that came before it`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      const run = all.forwarding.run();
      await here.send(Buffer.from('abc'));
      here.reset();
      t.equal(await run, `${from} reset`);
      const { bytes, end } = await readToEnd(there);
      t.strictSame([bytes.toString(), end], ['abc', 'ECONNRESET']);
    }),
  );

  t.test(`a reset by the ${from} before the run is a reset`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      here.reset();
      t.equal(await all.forwarding.run(), `${from} reset`);
      t.equal(await errnoOf(() => there.recv(1)), 'ECONNRESET');
    }),
  );

  t.test(`a reset by the ${from} after its half-close is a reset`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      const run = all.forwarding.run();
      here.halfClose();
      t.equal((await there.recv(1)).length, 0);
      here.reset();
      t.equal(await run, `${from} reset`);
      t.equal(await errnoOf(() => there.send(Buffer.from('x'))), 'EPIPE');
    }),
  );

  t.test(`the ${from} is gone: bytes for it draw a reset, which is passed on`, (t) =>
    proxied(async (all) => {
      const { here, there } = ends(all);
      const run = all.forwarding.run();
      here.close();
      t.equal((await there.recv(1)).length, 0);
      await there.send(Buffer.from('too late'));
      t.equal(await run, `${from} reset`);
    }),
  );

  t.test(`a reset by the ${from} does not wait for a reader that stopped`, (t) =>
    proxied(async (all) => {
      const { here } = ends(all);
      const run = all.forwarding.run();
      const flood = errnoOf(() => sendAll(here, Buffer.alloc(64 * 1024 * 1024)));
      let before = -1;
      while (forwarded(all) !== before) {
        before = forwarded(all);
        await turns();
      }
      here.reset();
      t.equal(await flood, 'EBADF');
      t.equal(await run, `${from} reset`);
    }),
  );
}
