/** Tries once more than it may: the pool's own retry, and another one on top of it. */
import { wrapped } from './wrapped.ts';

export default wrapped('retries-twice', (pool) => ({
  request: (operation) => pool.request(operation).catch(() => pool.request(operation)),
}));
