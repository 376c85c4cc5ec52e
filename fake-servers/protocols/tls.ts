/**
 * Any protocol over TLS (RFC 8446, and RFC 5246 for TLS 1.2).
 *
 * What the client sends is read record by record, and nothing after the record. The records of a
 * handshake are messages without a key; those that carry a request are, together, the message.
 */
import { certificateOf } from '../certificates.ts';
import type { CertificateKind, Conversation, Protocol } from './protocol.ts';
import { TlsDialogue } from './tls/dialogue.ts';

/** The protocol `name` is `protocol` over TLS. Throws a RangeError when that does not run on TCP. */
export function overTls(protocol: Protocol, name: string): Protocol {
  if (protocol.transport !== 'tcp')
    throw new RangeError(`TLS needs TCP, "${protocol.name}" has none`);
  return {
    name,
    transport: 'tcp',
    powers: [...protocol.powers, 'close-notify', 'certificate'],
    start() {
      const server = protocol.start();
      return {
        converse: (guest) => converse(server.converse(guest), guest.certificate),
        close: () => server.close?.(),
      };
    },
  };
}

function converse(inner: Conversation, certificate: CertificateKind): Conversation {
  const dialogue = new TlsDialogue(inner, () => certificateOf(certificate));
  const { announcingIdle, farewell, push, truncated, withWrongId } = inner;
  return {
    read: (source) => dialogue.read(source),
    respond: () => dialogue.respond(),
    seal: (bytes) => dialogue.encrypt(bytes),
    closeNotify: () => dialogue.closeNotify(),
    ...(announcingIdle && { announcingIdle: announcingIdle.bind(inner) }),
    ...(farewell && { farewell: farewell.bind(inner) }),
    ...(push && { push: push.bind(inner) }),
    ...(truncated && { truncated: truncated.bind(inner) }),
    ...(withWrongId && { withWrongId: withWrongId.bind(inner) }),
    end() {
      inner.end?.();
      dialogue.end();
    },
  };
}
