/** The command line with a broken player: what a script closes stays open until the upstream stops. */
import { Channel } from '../../../fake-servers/channel.ts';

const close = Channel.prototype.close;
const asked = new WeakSet<Channel>();
Channel.prototype.close = function closeWhenAskedTwice(this: Channel) {
  if (asked.has(this)) close.call(this);
  asked.add(this);
};
await import('../../../harness/cli.ts');
