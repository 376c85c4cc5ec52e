/** Opens connections of which nobody knows, and leaves them open. */
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { wrapped } from './wrapped.ts';

export default wrapped('leaks-a-socket', (pool, target) => ({
  async request(operation) {
    const answer = await pool.request(operation);
    await TcpSocket.connect(target);
    return answer;
  },
}));
