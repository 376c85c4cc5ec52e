/** Commands about the connection and the server. */
import { type Commands, integerIn, textOf } from './command.ts';
import { bulk, error, integer, nil, ok, type Reply } from './reply.ts';
import type { Session } from './session.ts';
import { databaseCount } from './store.ts';

const unbounded = Number.POSITIVE_INFINITY;
const empty = Buffer.alloc(0);
/** Whose texts are spoken. */
const redisVersion = '7.0.15';

export const connectionCommands: Commands = {
  ping: { words: [1, unbounded], run: ([, ...texts], session) => [ping(texts, session)] },
  echo: { words: [2, 2], run: ([, text = empty]) => [bulk(text)] },
  hello: { words: [1, unbounded], run: (words, session) => [hello(words, session)] },
  // Any password is the right one: what Redis does without one would only be in a client's way.
  auth: { words: [2, 3], run: () => [ok] },
  select: { words: [2, 2], run: ([, index], session) => [select(index, session)] },
  quit: {
    words: [1, unbounded],
    run(_, session) {
      session.hasQuit = true;
      return [ok];
    },
  },
  client: {
    words: [2, unbounded],
    run: () => [],
    subcommands: {
      id: { words: [2, 2], run: (_, { id }) => [integer(id)] },
      getname: { words: [2, 2], run: (_, { name }) => [name.length > 0 ? bulk(name) : nil] },
      setname: { words: [3, 3], run: ([, , name = empty], session) => [setName(name, session)] },
      setinfo: { words: [4, 4], run: ([, , attribute]) => [setInfo(attribute)] },
    },
  },
  info: { words: [1, unbounded], run: () => [bulk(info)] },
  command: {
    words: [1, unbounded],
    run: () => [{ kind: 'array', items: [] }],
    subcommands: {
      docs: { words: [2, unbounded], run: () => [{ kind: 'map', entries: [] }] },
    },
  },
  config: {
    words: [2, unbounded],
    run: () => [],
    subcommands: { get: { words: [3, unbounded], run: ([, , ...names]) => [configGet(names)] } },
  },
};

function ping(texts: readonly Buffer[], session: Session): Reply {
  // Redis too counts its words only when it runs, so that in a transaction it is queued.
  if (texts.length > 1) return error("ERR wrong number of arguments for 'ping' command");
  const [text] = texts;
  if (session.version === 2 && session.subscriptions.size > 0) {
    return { kind: 'array', items: [bulk('pong'), bulk(text ?? empty)] };
  }
  return text ? bulk(text) : { kind: 'status', text: 'PONG' };
}

/** https://redis.io/docs/latest/commands/hello/ */
function hello([, version, ...options]: readonly Buffer[], session: Session): Reply {
  if (version !== undefined) {
    const wanted = integerIn(version);
    if (wanted === undefined) {
      return error('ERR Protocol version is not an integer or out of range');
    }
    if (wanted !== 2n && wanted !== 3n) return error('NOPROTO unsupported protocol version');
    const refused = helloOptions(options, session);
    if (refused) return refused;
    session.version = wanted === 2n ? 2 : 3;
  }
  return {
    kind: 'map',
    entries: [
      [bulk('server'), bulk('redis')],
      [bulk('version'), bulk(redisVersion)],
      [bulk('proto'), integer(session.version)],
      [bulk('id'), integer(session.id)],
      [bulk('mode'), bulk('standalone')],
      [bulk('role'), bulk('master')],
      [bulk('modules'), { kind: 'array', items: [] }],
    ],
  };
}

function helloOptions(words: readonly Buffer[], session: Session): Reply | undefined {
  let name: Buffer | undefined;
  for (let at = 0; at < words.length; ) {
    const option = textOf(words[at]).toLowerCase();
    if (option === 'auth' && at + 2 < words.length) at += 3;
    else if (option === 'setname' && at + 1 < words.length) {
      name = words[at + 1];
      at += 2;
    } else return error(`ERR Syntax error in HELLO option '${textOf(words[at])}'`);
  }
  const reply = name ? setName(name, session) : ok;
  return reply.kind === 'error' ? reply : undefined;
}

function select(index: Buffer | undefined, session: Session): Reply {
  const database = integerIn(index);
  if (database === undefined) return error('ERR value is not an integer or out of range');
  if (database < 0n || database >= databaseCount) return error('ERR DB index is out of range');
  session.database = Number(database);
  return ok;
}

function setName(name: Buffer, session: Session): Reply {
  if (!/^[!-~]*$/.test(textOf(name))) {
    return error('ERR Client names cannot contain spaces, newlines or special characters.');
  }
  session.name = name;
  return ok;
}

/** Since Redis 7.2; clients send it to older ones too, and pass over the error. */
function setInfo(attribute: Buffer | undefined): Reply {
  const name = textOf(attribute);
  const isKnown = ['lib-name', 'lib-ver'].includes(name.toLowerCase());
  return isKnown ? ok : error(`ERR Unrecognized option '${name}'`);
}

const info = [
  '# Server',
  `redis_version:${redisVersion}`,
  'redis_mode:standalone',
  '',
  '# Persistence',
  'loading:0',
  '',
  '# Replication',
  'role:master',
  'connected_slaves:0',
  '',
].join('\r\n');

/** What clients and benchmarks ask for. */
const parameters: readonly (readonly [string, string])[] = [
  ['appendonly', 'no'],
  ['databases', String(databaseCount)],
  ['maxmemory', '0'],
  ['save', ''],
  ['timeout', '0'],
];

/** Names, or `*` for all of them. */
function configGet(names: readonly Buffer[]): Reply {
  const wanted = names.map((name) => textOf(name).toLowerCase());
  const found = parameters.filter(([name]) => wanted.includes(name) || wanted.includes('*'));
  return { kind: 'map', entries: found.map(([name, value]) => [bulk(name), bulk(value)]) };
}
