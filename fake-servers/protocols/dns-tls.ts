/** DNS over TLS: the messages of DNS over TCP inside of TLS, RFC 7858 section 3.3. */
import { dnsTcp } from './dns-tcp.ts';
import { overTls } from './tls.ts';

export const dnsTls = overTls(dnsTcp, 'dns-tls');
