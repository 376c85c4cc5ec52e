/** Each real server that is installed does what its fake does to an idle connection, flag by flag. */
import t from 'tap';
import { whyNotInstalled } from '../../fake-servers/servers/start.ts';
import { compare, pairs } from '../support/pairs.ts';
import { wireOrReason } from '../support/wire.ts';

// A database is set up from nothing, and each pair waits for two idle limits of a second.
t.setTimeout(120_000);
const wire = await wireOrReason();
if ('watch' in wire) t.teardown(() => wire.stop());

for (const pair of pairs) {
  const skip = ('unavailable' in wire && wire.unavailable) || whyNotInstalled(pair.server) || false;
  t.test(`${pair.server.name}, ${pair.cause}`, { skip }, async (t) => {
    if ('unavailable' in wire) return;
    const { real, fake } = await compare(pair, wire);
    t.ok(real.upstreamFlags.length > 0, 'the real server ended the connection');
    t.strictSame(fake, real);
  });
}
