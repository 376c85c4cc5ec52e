/** No pool: a connection for each query, each query five times, and always the same answer. */
import { wrapped } from './wrapped.ts';

export default {
  ...wrapped('sends-five-times', (pool) => ({
    async request(operation) {
      for (let i = 0; i < 5; i++) await pool.request(operation);
      return '1.2.3.4';
    },
  })),
  isPool: false,
};
