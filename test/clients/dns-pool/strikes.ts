/** How an upstream can be gone once it has the request, and what its client sees then. */
import { answerBytes, type Query, type UpstreamConnection } from './upstream.ts';

export type Strike = (query: Query, connection: UpstreamConnection) => void;

export const strikes: Record<string, { code: string; strike: Strike }> = {
  'closes without an answer': { code: 'EOF', strike: (_query, { socket }) => socket.end() },
  'resets without an answer': {
    code: 'ECONNRESET',
    strike: (_query, { socket }) => socket.resetAndDestroy(),
  },
  'closes after one byte of the length': {
    code: 'EOF',
    strike: (query, { socket }) => socket.end(answerBytes(query).subarray(0, 1)),
  },
  'closes in the middle of the message': {
    code: 'EOF',
    strike: (query, { socket }) => socket.end(answerBytes(query).subarray(0, 20)),
  },
  'closes one byte before the end': {
    code: 'EOF',
    strike: (query, { socket }) => socket.end(answerBytes(query).subarray(0, -1)),
  },
};
