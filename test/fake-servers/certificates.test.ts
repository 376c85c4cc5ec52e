import { createPrivateKey, X509Certificate } from 'node:crypto';
import t from 'tap';
import { certificateOf } from '../../fake-servers/certificates.ts';
import { certificateKinds } from '../../fake-servers/protocols/protocol.ts';

async function read(kind: (typeof certificateKinds)[number]) {
  const { cert, key, ca } = await certificateOf(kind);
  const certificate = new X509Certificate(cert);
  return { certificate, authority: new X509Certificate(ca), key: createPrivateKey(key) };
}

for (const kind of certificateKinds) {
  t.test(`${kind}: wrong in nothing but what it is to be wrong in`, async (t) => {
    const { certificate, authority, key } = await read(kind);
    const isOfAuthority =
      certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
    const isOfItself =
      certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
    t.equal(isOfAuthority, kind !== 'self-signed', 'who issued it');
    t.equal(isOfItself, kind === 'self-signed', 'whether it issued itself');

    const nowMs = Date.now();
    const hasBegun = Date.parse(certificate.validFrom) < nowMs;
    const isOver = Date.parse(certificate.validTo) < nowMs;
    t.strictSame([hasBegun, isOver], [true, kind === 'expired'], 'when it holds');

    const names = ['upstream.test', 'localhost'].map((name) => certificate.checkHost(name));
    const found = [...names, certificate.checkIP('127.0.0.1')].map((name) => name !== undefined);
    const isNamed = kind !== 'wrong-name';
    t.strictSame(found, [isNamed, isNamed, isNamed], 'whose it is');

    t.equal(certificate.ca, false);
    t.ok(certificate.checkPrivateKey(key), 'the key is its own');
    t.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  });
}

t.test('there is one authority, it signs certificates, and outlives them', async (t) => {
  const all = await Promise.all(certificateKinds.map(read));
  const [first] = all;
  if (!first) throw new Error('there is no kind of certificate');
  const { authority } = first;
  t.ok(all.every((one) => one.authority.fingerprint256 === authority.fingerprint256));
  t.ok(authority.ca);
  t.ok(authority.checkIssued(authority) && authority.verify(authority.publicKey));
  for (const { certificate } of all) {
    t.ok(Date.parse(authority.validFrom) < Date.parse(certificate.validFrom));
    t.ok(Date.parse(authority.validTo) > Date.parse(certificate.validTo));
  }
});

t.test('each is made once, and no two have a key or a number in common', async (t) => {
  const again = await Promise.all(certificateKinds.map(certificateOf));
  for (const [index, kind] of certificateKinds.entries()) {
    t.equal(await certificateOf(kind), again[index]);
  }
  t.equal(new Set(again.map(({ key }) => key)).size, certificateKinds.length);
  const numbers = again.map(({ cert }) => new X509Certificate(cert).serialNumber);
  t.equal(new Set(numbers).size, certificateKinds.length);
});
