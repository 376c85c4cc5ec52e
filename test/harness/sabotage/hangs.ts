/** Never answers its second caller, and never comes to the end of close(). */
import { wrapped } from './wrapped.ts';

const never = new Promise<never>(() => {});

export default wrapped('hangs', (pool) => {
  let requests = 0;
  return {
    request: (operation) => (++requests === 2 ? never : pool.request(operation)),
    async close() {
      await pool.close();
      await never;
    },
  };
});
