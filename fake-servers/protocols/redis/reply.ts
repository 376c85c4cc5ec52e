/** What a server sends, in both versions of RESP, and how clients report it. */

export type RespVersion = 2 | 3;

export type Reply =
  | { kind: 'status'; text: string }
  /** In latin1: it quotes bytes of the client's, whatever they are. */
  | { kind: 'error'; text: string }
  | { kind: 'integer'; value: bigint }
  | { kind: 'bulk'; bytes: Buffer }
  | { kind: 'null' }
  | { kind: 'array'; items: readonly Reply[] }
  | { kind: 'map'; entries: readonly (readonly [Reply, Reply])[] }
  /** Not an answer, though RESP2 has no other type for it than an array. */
  | { kind: 'push'; items: readonly Reply[] };

export const ok: Reply = { kind: 'status', text: 'OK' };
export const nil: Reply = { kind: 'null' };

/** With its code: `ERR syntax error`. */
export function error(text: string): Reply {
  return { kind: 'error', text };
}

export function integer(value: number | bigint): Reply {
  return { kind: 'integer', value: BigInt(value) };
}

export function bulk(value: string | Buffer): Reply {
  return { kind: 'bulk', bytes: typeof value === 'string' ? Buffer.from(value) : value };
}

export function encode(reply: Reply, version: RespVersion): Buffer {
  switch (reply.kind) {
    case 'status':
      return Buffer.from(`+${reply.text}\r\n`);
    case 'error':
      return Buffer.concat([Buffer.from('-'), lineOf(reply.text), Buffer.from('\r\n')]);
    case 'integer':
      return Buffer.from(`:${reply.value}\r\n`);
    case 'bulk':
      return Buffer.concat([
        Buffer.from(`$${reply.bytes.length}\r\n`),
        reply.bytes,
        Buffer.from('\r\n'),
      ]);
    case 'null':
      return Buffer.from(version === 2 ? '$-1\r\n' : '_\r\n');
    case 'array':
      return aggregate('*', reply.items.length, reply.items, version);
    case 'map': {
      const { length } = reply.entries;
      const items = reply.entries.flat();
      return version === 2
        ? aggregate('*', 2 * length, items, version)
        : aggregate('%', length, items, version);
    }
    case 'push':
      return aggregate(version === 2 ? '*' : '>', reply.items.length, reply.items, version);
  }
}

/** Redis too sends spaces for line ends that a client has sent it. */
function lineOf(text: string): Buffer {
  return Buffer.from(text.replace(/[\r\n]/g, ' '), 'latin1');
}

function aggregate(
  sign: string,
  length: number,
  items: readonly Reply[],
  version: RespVersion,
): Buffer {
  const parts = items.map((item) => encode(item, version));
  return Buffer.concat([Buffer.from(`${sign}${length}\r\n`), ...parts]);
}

/** In words, see `redis.ts`. */
export function spell(reply: Reply): string {
  switch (reply.kind) {
    case 'status':
      return reply.text;
    case 'error':
      return lineOf(reply.text).toString();
    case 'integer':
      return String(reply.value);
    case 'bulk':
      return reply.bytes.toString();
    case 'null':
      return '(nil)';
    case 'array':
    case 'push':
      return `[${reply.items.map(spell).join(', ')}]`;
    case 'map':
      return `[${reply.entries.flat().map(spell).join(', ')}]`;
  }
}
