/** How an HTTP server says for how long it keeps a silent connection. */
import type { Response } from '../protocol.ts';

const endOfHead = '\r\n\r\n';

/**
 * In whole seconds, as `Keep-Alive: timeout=5` has them; 0 is `Connection: close`, after which the
 * connection is over (RFC 9112 section 9.6). A response without a head is left as it is.
 */
export function withKeepAlive(response: Response, idleMs: number): Response {
  const { bytes } = response;
  const end = bytes.indexOf(endOfHead);
  if (end === -1) return response;
  const fields = bytes
    .subarray(0, end)
    .toString('latin1')
    .split('\r\n')
    .filter((field) => !/^(connection|keep-alive):/i.test(field));
  const seconds = Math.floor(idleMs / 1000);
  const told =
    seconds === 0
      ? ['Connection: close']
      : ['Connection: keep-alive', `Keep-Alive: timeout=${seconds}`];
  const head = Buffer.from([...fields, ...told].join('\r\n'), 'latin1');
  return { ...response, bytes: Buffer.concat([head, bytes.subarray(end)]) };
}
