/** The command line with a broken player: what a script closes stays open until the upstream stops. */
import { TcpChannel } from '../../../fake-servers/channel.ts';

const close = TcpChannel.prototype.close;
const asked = new WeakSet<TcpChannel>();
TcpChannel.prototype.close = function closeWhenAskedTwice(this: TcpChannel) {
  if (asked.has(this)) close.call(this);
  asked.add(this);
};
await import('../../../harness/cli.ts');
