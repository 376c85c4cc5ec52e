/** Dies as Node's clients do: of an `error` event for which nobody listens. */
import { EventEmitter } from 'node:events';
import { wrapped } from './wrapped.ts';

export default wrapped('dies-of-an-error-event', (pool) => {
  let requests = 0;
  return {
    request(operation) {
      if (++requests === 1) return pool.request(operation);
      setImmediate(() => new EventEmitter().emit('error', new Error('write EPIPE')));
      return new Promise(() => {});
    },
  };
});
