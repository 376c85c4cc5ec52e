/**
 * Redis: RESP2, and RESP3 after `HELLO 3`. https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * Reading and executing are written here. The parsers on npm read replies, as clients do, and take all
 * the bytes that they are handed; a script must know where one command ends.
 */
import { commandKey } from '../../harness/keys.ts';
import type { Conversation, Message, Protocol } from './protocol.ts';
import { execute } from './redis/execute.ts';
import { readCommand } from './redis/framing.ts';
import { encode, spell } from './redis/reply.ts';
import { openSession } from './redis/session.ts';
import { Store } from './redis/store.ts';

/**
 * What a client says to set a connection up, or to take its leave. Wherever it comes in a conversation:
 * a reconnecting client sends it again, and no application waits for it.
 */
const setUp: readonly string[] = ['HELLO', 'CLIENT', 'AUTH', 'SELECT', 'COMMAND', 'INFO', 'QUIT'];

/**
 * The answer in words, as clients report it: a string as it is, an integer in decimal, null as `(nil)`,
 * an error as its text (`ERR unknown command ...`), arrays and maps as `[a, b]`. Several replies to one
 * command, as SUBSCRIBE has them, are joined by a space.
 *
 * After QUIT nothing more is read.
 */
export const redis: Protocol = {
  name: 'redis',
  transport: 'tcp',
  powers: ['push', 'closes'],
  start() {
    const store = new Store(() => performance.now());
    return { converse: ({ ordinal }) => converse(store, ordinal) };
  },
};

function converse(store: Store, ordinal: number): Conversation {
  const session = openSession(store, ordinal);
  let words: readonly Buffer[] = [];

  return {
    async read(source): Promise<Message | undefined> {
      if (session.hasQuit) return undefined;
      const command = await readCommand(source);
      if (!command) return undefined;
      words = command.words;
      const texts = words.map((word) => word.toString());
      const isSetUp = setUp.includes((texts[0] ?? '').toUpperCase());
      return { bytes: command.bytes, key: isSetUp ? undefined : commandKey(texts) };
    },
    respond() {
      const replies = execute(session, words);
      return {
        answer: replies.map(spell).join(' '),
        bytes: Buffer.concat(replies.map((reply) => encode(reply, session.version))),
        isLast: session.hasQuit,
      };
    },
    /**
     * What tells a client to forget all that it caches: without tracking there is nothing to forget.
     * Throws a TypeError in RESP2, which has no pushes but those of a subscription.
     */
    push() {
      if (session.version === 2) {
        throw new TypeError('redis: a push needs RESP3, and this client has not sent HELLO 3');
      }
      const items = [{ kind: 'bulk', bytes: Buffer.from('invalidate') }, { kind: 'null' }] as const;
      return encode({ kind: 'push', items }, session.version);
    },
  };
}
