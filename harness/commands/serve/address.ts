/** Where to listen, as it is typed: `127.0.0.1:5300`, `localhost:5300`, or a port. */
import { isIPv4 } from 'node:net';
import { type Address, formatAddress } from '../../../kernel/address.ts';
import { SystemCallError } from '../../../kernel/socket.ts';
import { UserError } from '../../errors.ts';

/** Throws a UserError. */
export function parseAddress(typed: string, option: string): Address {
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.*):)?(\d{1,5})$/.exec(typed) ?? [];
  const address = { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(digits) };
  if (digits !== '' && isIPv4(address.host) && address.port <= 65_535) return address;
  throw new UserError(`${option} ${typed} is no address to listen on`, {
    expected: 'an IPv4 address and a port from 0 to 65535; port 0 lets the kernel choose',
    next: `type for example ${option} 127.0.0.1:5300`,
  });
}

/** 127.0.0.0/8, RFC 1122 section 3.2.1.3: nobody outside this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.');
}

const reasons: Readonly<Record<string, { why: string; next: string }>> = {
  EADDRINUSE: { why: 'somebody else listens there', next: 'choose another port, or 0 for any' },
  EADDRNOTAVAIL: {
    why: 'this machine does not have the address',
    next: 'choose 127.0.0.1, or an address that `ip address` shows',
  },
  EACCES: { why: 'this user may not listen there', next: 'choose a port above 1023' },
};

/** What keeps us from listening, as the user's to put right; anything else as it is. */
export function whyNotListening(error: unknown, option: string, wanted: Address): unknown {
  const code = codeOf(error);
  const reason = code === undefined ? undefined : reasons[code];
  if (!reason) return error;
  return new UserError(`cannot listen on ${formatAddress(wanted)}: ${code}, ${reason.why}`, {
    expected: 'an address of this machine with a free port',
    next: `${reason.next}, with ${option}`,
  });
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof SystemCallError) return error.code;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
