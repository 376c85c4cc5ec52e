/** Gives every caller the answer of the first one. */
import { wrapped } from './wrapped.ts';

export default wrapped('answers-another-query', (pool) => {
  let first: string | undefined;
  return {
    async request(operation) {
      const answer = await pool.request(operation);
      first ??= answer;
      return first;
    },
  };
});
