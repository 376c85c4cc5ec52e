/** Commands that read and write strings. */
import { type Commands, fitsInteger, integerIn, textOf } from './command.ts';
import { bulk, error, integer, nil, ok, type Reply } from './reply.ts';
import type { Session } from './session.ts';

const unbounded = Number.POSITIVE_INFINITY;
const empty = Buffer.alloc(0);
const notAnInteger = error('ERR value is not an integer or out of range');

export const stringCommands: Commands = {
  get: {
    words: [2, 2],
    run([, key = empty], { store, database }) {
      const value = store.get(database, key);
      return [value ? bulk(value) : nil];
    },
  },
  set: { words: [3, unbounded], run: (words, session) => [set(words, session)] },
  del: {
    words: [2, unbounded],
    run: ([, ...keys], { store, database }) => [
      integer(keys.filter((key) => store.delete(database, key)).length),
    ],
  },
  exists: {
    words: [2, unbounded],
    run: ([, ...keys], { store, database }) => [
      integer(keys.filter((key) => store.get(database, key)).length),
    ],
  },
  incr: { words: [2, 2], run: (words, session) => [increment(words, session)] },
};

function increment([, key = empty]: readonly Buffer[], { store, database }: Session): Reply {
  const old = integerIn(store.get(database, key) ?? Buffer.from('0'));
  if (old === undefined) return notAnInteger;
  const value = old + 1n;
  if (!fitsInteger(value)) return error('ERR increment or decrement would overflow');
  store.replace(database, key, Buffer.from(String(value)));
  return integer(value);
}

function set(words: readonly Buffer[], { store, database }: Session): Reply {
  const [, key = empty, value = empty, ...rest] = words;
  const options = setOptions(rest);
  if (!options) return error('ERR syntax error');
  const ttlMs = options.ttl && ttlMsOf(options.ttl);
  if (typeof ttlMs === 'object') return ttlMs;
  const isThere = store.get(database, key) !== undefined;
  if (options.only !== undefined && isThere !== (options.only === 'xx')) return nil;
  store.set(database, key, value, ttlMs);
  return ok;
}

interface Ttl {
  word: Buffer;
  unitMs: bigint;
}

interface SetOptions {
  ttl?: Ttl;
  /** NX: only when the key is not there; XX: only when it is. */
  only?: 'nx' | 'xx';
}

/** EX, PX, NX and XX, each of them the last time it comes. Undefined for anything else, also for what only Redis knows. */
function setOptions(words: readonly Buffer[]): SetOptions | undefined {
  const options: SetOptions = {};
  for (let at = 0; at < words.length; ) {
    const taken = takeOption(textOf(words[at]).toLowerCase(), words[at + 1], options);
    if (taken === 0) return undefined;
    at += taken;
  }
  return options;
}

/** How many words the option has; none when it is not one, or not one that may follow the others. */
function takeOption(option: string, next: Buffer | undefined, options: SetOptions): 0 | 1 | 2 {
  switch (option) {
    case 'nx':
    case 'xx':
      if ((options.only ?? option) !== option) return 0;
      options.only = option;
      return 1;
    case 'ex':
    case 'px': {
      const unitMs = option === 'ex' ? 1000n : 1n;
      if (!next || (options.ttl && options.ttl.unitMs !== unitMs)) return 0;
      options.ttl = { word: next, unitMs };
      return 2;
    }
    default:
      return 0;
  }
}

function ttlMsOf({ word, unitMs }: Ttl): number | Reply {
  const count = integerIn(word);
  if (count === undefined) return notAnInteger;
  const ttlMs = count * unitMs;
  // Redis keeps the time of expiry, since 1970, in 64 bits.
  const isValid = count > 0n && fitsInteger(ttlMs + BigInt(Date.now()));
  return isValid ? Number(ttlMs) : error("ERR invalid expire time in 'set' command");
}
