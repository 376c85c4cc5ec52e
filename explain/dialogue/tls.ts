/** TLS records, RFC 8446 section 5: what can be told without the keys. */
import type { Moment, Side } from '../moment.ts';
import type { Dialogue, Listener, Request } from './dialogue.ts';
import { MessageReader } from './reader.ts';

const headLength = 5;
const types = { alert: 21, handshake: 22, applicationData: 23 } as const;
const recordLengthMax = 16_384 + 2048;
const handshakeHello = 1;
const helloLengthMin = 60;
/** An encrypted alert of TLS 1.3: two bytes, the type, and the tag of every cipher that is in use. */
const encryptedAlertLength = 2 + 1 + 16;

export function looksLikeTls(bytes: Buffer, at: number, end: number): boolean {
  return (
    end - at > headLength &&
    bytes[at] === types.handshake &&
    bytes[at + 1] === 3 &&
    bytes[at + headLength] === handshakeHello
  );
}

/** RFC 8446 section 6. */
const alertNames: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [40, 'handshake_failure'],
  [42, 'bad_certificate'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [48, 'unknown_ca'],
  [70, 'protocol_version'],
  [80, 'internal_error'],
]);

export function tlsDialogue(listener: Listener): Dialogue {
  let request: Request | undefined;
  let owed: readonly Request[] = [];
  let now: Moment = { frame: 0, atUs: 0 };
  let isThirteen = false;
  const isClosing = { client: false, upstream: false };

  /** TLS 1.3: the client has said Finished, encrypted as data is. */
  let hasFinished = false;
  /** What the upstream sends next is a ticket, as servers do after Finished, RFC 8446 section 4.6.1. */
  let isTicketDue = false;
  let ticket: { length: number; frame: number } | undefined;

  const onClientData = (length: number) => {
    if (!hasFinished && isThirteen) {
      hasFinished = true;
      isTicketDue = true;
      if (length === encryptedAlertLength) {
        listener.note('tls-failure', 'the client ends the handshake with an alert', now);
      }
      return;
    }
    hasFinished = true;
    if (length === encryptedAlertLength) isClosing.client = true;
    else if (!request) {
      request = { key: '', ...now };
      owed = [request];
      listener.asked(request);
    }
  };
  const onUpstreamData = (length: number) => {
    const isOneMore = ticket?.length === length && ticket.frame === now.frame;
    if (!hasFinished || isTicketDue || isOneMore) {
      if (isTicketDue) ticket = { length, frame: now.frame };
      isTicketDue = false;
      return;
    }
    isClosing.upstream = length === encryptedAlertLength;
    if (isClosing.upstream || !request) return;
    request = undefined;
    owed = [];
    listener.answered(now);
  };
  const onRecord = (from: Side, bytes: Buffer, at: number, length: number) => {
    const type = bytes[at] as number;
    if (type === types.applicationData) {
      if (from === 'client') onClientData(length - headLength);
      else onUpstreamData(length - headLength);
    } else if (type === types.handshake && from === 'client') {
      // In TLS 1.2 what follows the hello is a handshake record too, and Finished is one.
      isThirteen = bytes[at + headLength] === handshakeHello && length > helloLengthMin;
    } else if (type === types.alert && length === headLength + 2) {
      const name = alertNames.get(bytes[at + headLength + 1] as number) ?? 'an alert';
      isClosing[from] = name === 'close_notify';
      if (!isClosing[from]) listener.note('tls-failure', `the ${from} says ${name}`, now);
    }
  };
  const readerOf = (from: Side) =>
    new MessageReader({
      headLength,
      lengthOf: (bytes, at) => {
        const type = bytes[at] as number;
        const length = bytes.readUInt16BE(at + 3);
        const isRecord = type >= 20 && type <= 24 && bytes[at + 1] === 3;
        return isRecord && length <= recordLengthMax ? headLength + length : 0;
      },
      onMessage: (bytes, at, length) => onRecord(from, bytes, at, length),
      onBroken: () => {
        if (from === 'client') return;
        listener.note('malformed-answer', 'the upstream sends what is no TLS record', now);
      },
    });
  const readers = { client: readerOf('client'), upstream: readerOf('upstream') };

  return {
    protocol: 'tls',
    take(from, bytes, start, end, at) {
      now = { frame: at.frame, atUs: at.atUs };
      readers[from].take(bytes, start, end);
    },
    owed: () => owed,
    isInside: (side) => readers[side].isInside(),
    isOpening: () => !hasFinished,
    mayClose: () => isClosing.upstream || isClosing.client,
  };
}
