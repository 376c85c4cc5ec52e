/** Which operations change something, so that they may not be executed twice. Pure. */
import type { Operation } from '../event.ts';

/** Statements that read. EXPLAIN ANALYZE executes what it explains. */
const readingStatement = /^\(*\s*(SELECT|SHOW|DESCRIBE|DESC|EXPLAIN(?!\s+ANALYZE)|VALUES|TABLE)\b/i;
const leadingComments = /^(\s*(\/\*[\s\S]*?\*\/|--[^\n]*(\n|$)|#[^\n]*(\n|$)))*\s*/;

/** RFC 9110 section 9.2.2: the safe methods, PUT and DELETE. */
const idempotentMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
]);

/** Commands of Redis that are flagged `readonly`, and those that say something of the connection. */
const readingCommands: ReadonlySet<string> = new Set(
  [
    'BITCOUNT BITPOS DBSIZE DUMP ECHO EXISTS EXPIRETIME GEODIST GEOHASH GEOPOS GEOSEARCH GET GETBIT',
    'GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HRANDFIELD HSCAN HSTRLEN HVALS INFO KEYS LCS',
    'LINDEX LLEN LOLWUT LPOS LRANGE MGET OBJECT PEXPIRETIME PFCOUNT PING PTTL RANDOMKEY SCAN SCARD',
    'SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN STRLEN SUBSTR SUNION',
    'TIME TTL TYPE XINFO XLEN XPENDING XRANGE XREAD XREVRANGE ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD',
    'ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX',
    'ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION',
  ].flatMap((line) => line.split(' ')),
);

/**
 * A DNS update (RFC 2136), a statement that is not a read, an HTTP method that is not idempotent, a Redis
 * command that is not a read. What is not known is taken for a write.
 */
export function isWrite(operation: Operation): boolean {
  switch (operation.kind) {
    case 'update':
      return true;
    case 'statement':
      return !readingStatement.test(operation.sql.replace(leadingComments, ''));
    case 'fetch':
      return !idempotentMethods.has(operation.method.toUpperCase());
    case 'command':
      return !readingCommands.has((operation.words[0] ?? '').toUpperCase());
    case 'query':
    case 'connect':
    case 'send':
    case 'recv':
    case 'peek':
    case 'shutdown':
    case 'close':
    case 'reset':
      return false;
  }
}
