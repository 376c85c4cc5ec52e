/** ioredis: one connection that comes back. */
import { Redis } from 'ioredis';
import { known, log, run, unsupported } from './line-protocol.mjs';

const settingNames = [
  ...['commandTimeout', 'connectTimeout', 'enableOfflineQueue', 'keepAlive', 'protocol'],
  ...['maxRetriesPerRequest', 'autoResendUnfulfilledCommands'],
];

/** As `fake-servers/protocols/redis.ts` says it. */
function inWords(reply) {
  if (reply === null) return '(nil)';
  return Array.isArray(reply) ? `[${reply.map(inWords).join(', ')}]` : String(reply);
}

function open({ host, port }, settings) {
  const client = new Redis({ host, port, lazyConnect: true, ...known(settings, settingNames) });
  client.on('error', (error) => log('ERROR', error.message));
  let connects = 0;
  client.on('connect', () => {
    connects += 1;
  });
  return {
    async request({ kind, words }) {
      if (kind !== 'command') throw unsupported(kind);
      const [name, ...rest] = words;
      try {
        return inWords(await client.call(name, ...rest));
      } catch (error) {
        if (error.name !== 'ReplyError') throw error;
        return error.message;
      }
    },
    stats: () => ({ connects, status: client.status }),
    close: async () => client.disconnect(),
  };
}

run(
  {
    name: 'node-ioredis',
    description: 'ioredis 6.0.0',
    protocols: ['redis'],
    operations: ['command'],
    isPool: true,
    publishes: ['log'],
  },
  open,
);
