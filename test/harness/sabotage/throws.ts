/** Throws where it should reject, and has no stats to show. */
import { wrapped } from './wrapped.ts';

const fail = () => {
  throw new TypeError('not a function');
};

export default wrapped('throws', () => ({ request: fail, stats: fail, close: fail }));
