/** Which protocol is spoken, from the first bytes that either side sends. */
import type { Side } from '../moment.ts';
import type { Dialogue, Listener } from './dialogue.ts';
import { dnsDialogue, looksLikeDnsOverTcp } from './dns.ts';
import { httpDialogue, looksLikeHttp } from './http.ts';
import { looksLikeMysqlGreeting, mysqlDialogue } from './mysql.ts';
import { looksLikePostgres, postgresDialogue } from './postgres.ts';
import { looksLikeRedis, redisDialogue } from './redis.ts';
import { looksLikeTls, tlsDialogue } from './tls.ts';
import { unknownDialogue } from './unknown.ts';

type Looks = (bytes: Buffer, at: number, end: number) => boolean;

const byFirstBytesOf: Readonly<Record<Side, readonly [Looks, (l: Listener) => Dialogue][]>> = {
  client: [
    [looksLikeHttp, httpDialogue],
    [looksLikeTls, tlsDialogue],
    [looksLikeRedis, redisDialogue],
    [looksLikePostgres, postgresDialogue],
    [looksLikeDnsOverTcp, (listener) => dnsDialogue(true, listener)],
  ],
  upstream: [[looksLikeMysqlGreeting, mysqlDialogue]],
};

export function recogniseStream(
  from: Side,
  bytes: Buffer,
  start: number,
  end: number,
  listener: Listener,
): Dialogue {
  const found = byFirstBytesOf[from].find(([looks]) => looks(bytes, start, end));
  return found ? found[1](listener) : unknownDialogue(listener);
}
