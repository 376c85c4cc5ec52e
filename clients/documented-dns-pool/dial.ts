/** Makes the connections of the pools for TCP, UDP and DNS over TLS. */
import type { Address } from '../../kernel/address.ts';
import type { GoConnection } from '../go-connection.ts';
import { GoTcpConnection } from '../go-tcp-connection.ts';
import { GoUdpConnection } from '../go-udp-connection.ts';
import { TlsConnection, type TlsDialer } from './tls-connection.ts';

export type PoolNetwork = 'tcp' | 'udp' | 'tcp-tls';

/** Throws GoError. */
export async function dial(
  network: PoolNetwork,
  target: Address,
  dialer: TlsDialer,
): Promise<GoConnection> {
  switch (network) {
    case 'tcp':
      return GoTcpConnection.dial(target, dialer);
    case 'udp':
      return GoUdpConnection.dial(target);
    case 'tcp-tls':
      return TlsConnection.dial(target, dialer);
  }
}
