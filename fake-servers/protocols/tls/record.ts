/** The records that all of TLS travels in (RFC 8446 section 5.1), one at a time. */
import type { ByteSource } from '../protocol.ts';

const headerBytes = 5;
/** change_cipher_spec, alert, handshake, application_data. */
const contentTypes = [20, 21, 22, 23];
/** Both bytes of a version begin so, SSL 3.0 to TLS 1.3. */
const versionMajor = 3;
/** 2^14 bytes of plaintext, and what encryption may add to it in TLS 1.2 (RFC 5246 section 6.2.3). */
const payloadBytesMax = 2 ** 14 + 2048;

/**
 * Exactly one record, or undefined when the client sent FIN before its end. Of what is no record, only
 * as much as it takes to know that: it has no length to go by.
 */
export async function readRecord(source: ByteSource): Promise<Buffer | undefined> {
  const header = await source.readExactly(headerBytes);
  if (!header || !isHeader(header)) return header;
  const payload = await source.readExactly(header.readUInt16BE(3));
  return payload && Buffer.concat([header, payload]);
}

/** Whether a record begins so. */
export function isHeader(bytes: Buffer): boolean {
  return (
    bytes.length >= headerBytes &&
    contentTypes.includes(bytes.readUInt8(0)) &&
    bytes.readUInt8(1) === versionMajor &&
    bytes.readUInt16BE(3) <= payloadBytesMax
  );
}
