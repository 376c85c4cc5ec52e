/** The command line with a broken player: where a script says reset, it closes and sends FIN. */
import { Channel } from '../../../fake-servers/channel.ts';

Channel.prototype.reset = Channel.prototype.close;
await import('../../../harness/cli.ts');
