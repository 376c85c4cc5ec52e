/** A pool that publishes no events: what it lends and drops cannot be known. */
import { connect } from 'node:net';
import { decode, encode } from 'dns-packet';
import type { ClientDriver } from '../../../harness/client.ts';

const driver: ClientDriver = {
  name: 'says-nothing',
  description: 'one connection for each query, and no events',
  protocols: ['dns-tcp'],
  isPool: true,
  open(target) {
    return {
      request(operation) {
        return new Promise((resolve, reject) => {
          if (operation.kind !== 'query') return reject(new Error('queries only'));
          const question = { type: 'A', name: operation.name } as const;
          const message = encode({ type: 'query', id: 1, questions: [question] });
          const socket = connect(target);
          const prefix = Buffer.from([message.length >> 8, message.length & 0xff]);
          socket.end(Buffer.concat([prefix, message]));
          const chunks: Buffer[] = [];
          socket.on('data', (chunk: Buffer) => chunks.push(chunk));
          socket.on('error', reject);
          socket.on('close', () => {
            const answers = decode(Buffer.concat(chunks).subarray(2)).answers ?? [];
            resolve(answers.map((answer) => ('data' in answer ? answer.data : '')).join(' '));
          });
        });
      },
      stats: () => ({}),
      async close() {},
    };
  },
};
export default driver;
