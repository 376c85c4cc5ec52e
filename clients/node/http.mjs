/** What the HTTP clients have in common. */
import { unsupported } from './line-protocol.mjs';

export const hello = (name, description) => ({
  name,
  description,
  protocols: ['http'],
  operations: ['fetch'],
  isPool: true,
});

/** Method, URL and body of a fetch. */
export function fetchOf({ kind, method, target, body }, { host, port }) {
  if (kind !== 'fetch') throw unsupported(kind);
  return { method, url: `http://${host}:${port}${target}`, body: body ?? null };
}
