/**
 * Certificates of a TLS server, by an authority that lives as long as this process. Its key never
 * leaves the process, so a client that trusts it trusts nobody else.
 */
import { webcrypto } from 'node:crypto';
import type { X509Certificate } from '@peculiar/x509';
import type { CertificateKind } from './protocols/protocol.ts';

/** All in PEM, RFC 7468. */
export interface ServerCertificate {
  cert: string;
  key: string;
  /** The authority that a client of the upstream trusts, also when it did not issue `cert`. */
  ca: string;
}

/** P-256 keys are made in less than a millisecond; RSA ones take a hundred. */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 24 * 60 * 60 * 1000;

type Names = { type: 'dns' | 'ip'; value: string }[];
const namesOfUpstream: Names = [
  { type: 'dns', value: 'upstream.test' },
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
];

/** What sets a certificate apart; RFC 2606 keeps the names under `.test` free. */
interface Shape {
  names: Names;
  /** Days from now. */
  validDays: [from: number, to: number];
  isSelfSigned?: true;
}

const shapes: Record<CertificateKind, Shape> = {
  valid: { names: namesOfUpstream, validDays: [-1, 30] },
  expired: { names: namesOfUpstream, validDays: [-30, -1] },
  'self-signed': { names: namesOfUpstream, validDays: [-1, 30], isSelfSigned: true },
  'wrong-name': { names: [{ type: 'dns', value: 'elsewhere.test' }], validDays: [-1, 30] },
};

interface Authority {
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

let library: ReturnType<typeof loadLibrary> | undefined;
let authority: Promise<Authority> | undefined;
const made = new Map<CertificateKind, Promise<ServerCertificate>>();

/** Made when it is first asked for, and the same ever after. */
export function certificateOf(kind: CertificateKind): Promise<ServerCertificate> {
  const making = made.get(kind) ?? make(shapes[kind]);
  made.set(kind, making);
  return making;
}

/** Loaded late: it takes some hundred milliseconds, and most upstreams do without TLS. */
async function loadLibrary() {
  // The library wants it there first.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

async function makeAuthority(): Promise<Authority> {
  library ??= loadLibrary();
  const x509 = await library;
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Authority of the fake upstreams',
    ...validity([-60, 60]),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function make({ names, validDays, isSelfSigned }: Shape): Promise<ServerCertificate> {
  authority ??= makeAuthority();
  library ??= loadLibrary();
  const [x509, ca, keys] = await Promise.all([library, authority, makeKeys()]);
  const subject = `CN=${names[0]?.value}`;
  const issuer = isSelfSigned ? { name: subject, keys } : { name: ca.certificate.subject, ...ca };
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer.name,
    ...validity(validDays),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  return {
    cert: certificate.toString('pem'),
    key: await privateKeyOf(keys),
    ca: ca.certificate.toString('pem'),
  };
}

function validity([from, to]: Shape['validDays']) {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs + from * dayMs), notAfter: new Date(nowMs + to * dayMs) };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privateKeyOf({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
