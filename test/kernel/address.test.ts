import fc from 'fast-check';
import t from 'tap';
import {
  connectionTuple,
  decodeAddress,
  encodeAddress,
  formatAddress,
  sockaddrLength,
} from '../../kernel/address.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const address = fc.record({ host: fc.ipV4(), port });

t.test('what is encoded decodes to the same address', async () => {
  fc.assert(
    fc.property(address, (original) => {
      const bytes = encodeAddress(original);
      const { host, port: decodedPort } = decodeAddress(bytes);
      return (
        bytes.length === sockaddrLength && host === original.host && decodedPort === original.port
      );
    }),
  );
});

t.test('the bytes are those of struct sockaddr_in', async (t) => {
  const bytes = encodeAddress({ host: '127.0.0.1', port: 0x1234 });
  t.equal(bytes.toString('hex'), '020012347f0000010000000000000000');
});

t.test('whatever is no dotted address is a TypeError that quotes it', async (t) => {
  const octet = fc.nat({ max: 255 }).map(String);
  const tooMuch = fc.integer({ min: 256, max: 99_999 }).map(String);
  const notDecimal = fc.constantFrom('', ' 1', '0x7f', '1e1', '-1', '1.5', '01', 'a', '+1', '∞');
  const host = fc.oneof(
    fc
      .array(octet, { maxLength: 7 })
      .filter(({ length }) => length !== 4)
      .map((parts) => parts.join('.')),
    fc
      .tuple(
        fc.array(octet, { minLength: 3, maxLength: 3 }),
        fc.oneof(tooMuch, notDecimal),
        fc.nat(3),
      )
      .map(([parts, bad, at]) => parts.toSpliced(at, 0, bad).join('.')),
    fc.constantFrom('localhost', '::1', '127.0.0.1 ', '127.0.0.1:53'),
  );
  fc.assert(
    fc.property(host, (wrong) => {
      try {
        encodeAddress({ host: wrong, port: 1 });
      } catch (error) {
        return error instanceof TypeError && error.message.includes(`"${wrong}"`);
      }
      return false;
    }),
  );
  t.throws(() => encodeAddress({ host: '127..0.1', port: 1 }), TypeError);
});

t.test('whatever is no port is a TypeError that names it', async (t) => {
  for (const wrong of [-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(
      () => encodeAddress({ host: '127.0.0.1', port: wrong }),
      new TypeError(`expected a port from 0 to 65535, got ${wrong}`),
    );
  }
});

t.test('a connection is named client first, and no two have one name', async () => {
  fc.assert(
    fc.property(address, address, address, address, (a, b, c, d) => {
      const isSame = JSON.stringify([a, b]) === JSON.stringify([c, d]);
      const name = connectionTuple(a, b);
      return (
        name.startsWith(`${formatAddress(a)}->`) &&
        name.endsWith(`->${formatAddress(b)}`) &&
        isSame === (name === connectionTuple(c, d))
      );
    }),
  );
});
