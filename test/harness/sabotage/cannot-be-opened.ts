/** Throws before it has begun. */
import { wrapped } from './wrapped.ts';

export default {
  ...wrapped('cannot-be-opened', () => ({})),
  open() {
    throw new Error('no such upstream');
  },
};
