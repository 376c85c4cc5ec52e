/**
 * How one request is named by everybody who sees it, client, upstream and wire, whoever sends it and
 * however often: message ids and sequence numbers do not belong in a key.
 */
import { createHash } from 'node:crypto';

/** One DNS query. */
export function queryKey(name: string, type: string): string {
  return `${name.toLowerCase()} ${type.toUpperCase()}`;
}

/** One DNS update, RFC 2136. */
export function updateKey(name: string): string {
  return `update ${name.toLowerCase()}`;
}

/** One HTTP request: `GET /orders?page=2`. */
export function httpKey(method: string, target: string): string {
  return `${method.toUpperCase()} ${target}`;
}

/** One SQL statement, with the parameters that were bound to it: `SELECT ? ["1"]`. */
export function sqlKey(text: string, parameters: readonly unknown[] = []): string {
  const statement = text.trim().replace(/\s+/g, ' ');
  return parameters.length === 0
    ? statement
    : `${statement} ${JSON.stringify(parameters.map(String))}`;
}

/** One command of words, as Redis has them: `SET a 1`. */
export function commandKey(words: readonly string[]): string {
  const [command = '', ...rest] = words;
  return [command.toUpperCase(), ...rest].join(' ');
}

/** What tells the payload of one segment from that of another: the first 32 bits of its SHA-256, in hex. */
export function digestOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex').slice(0, 8);
}
