/** Subscriptions, to channels on which nothing is ever said. */
import { type Commands, textOf } from './command.ts';
import { bulk, integer, nil, type Reply } from './reply.ts';
import type { Session } from './session.ts';

const unbounded = Number.POSITIVE_INFINITY;

export const subscriptionCommands: Commands = {
  subscribe: {
    words: [2, unbounded],
    run: ([, ...channels], session) =>
      channels.map((channel) => {
        session.subscriptions.add(textOf(channel));
        return confirmation('subscribe', channel, session);
      }),
  },
  unsubscribe: {
    words: [1, unbounded],
    run([, ...named], session) {
      const channels = named.length > 0 ? named : [...session.subscriptions].map(bytesOf);
      if (channels.length === 0) return [confirmation('unsubscribe', undefined, session)];
      return channels.map((channel) => {
        session.subscriptions.delete(textOf(channel));
        return confirmation('unsubscribe', channel, session);
      });
    },
  },
};

function bytesOf(channel: string): Buffer {
  return Buffer.from(channel, 'latin1');
}

function confirmation(what: string, channel: Buffer | undefined, session: Session): Reply {
  const count = integer(session.subscriptions.size);
  return { kind: 'push', items: [bulk(what), channel ? bulk(channel) : nil, count] };
}
