/** Ends the process in the middle of its second request, as if all were well. */
import { wrapped } from './wrapped.ts';

export default wrapped('exits', (pool) => {
  let requests = 0;
  return {
    request: (operation) => (++requests === 2 ? process.exit(0) : pool.request(operation)),
  };
});
