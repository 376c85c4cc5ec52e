/** The command line with a broken player: where a script says reset, it closes and sends FIN. */
import { TcpChannel } from '../../../fake-servers/channel.ts';

TcpChannel.prototype.reset = TcpChannel.prototype.close;
await import('../../../harness/cli.ts');
