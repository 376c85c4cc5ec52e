import { encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { DnsMessage } from '../../explain/dialogue/dns-message.ts';

const message = new DnsMessage();

const label = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
const names = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));

t.test('a question is told in small letters, and recognised in any', async () => {
  fc.assert(
    fc.property(names, names, fc.nat({ max: 0xffff }), (name, other, id) => {
      const bytes = encode({ type: 'query', id, questions: [{ type: 'A', name }] });
      const key = `${name.toLowerCase()} A`;
      const isSame = name.toLowerCase() === other.toLowerCase();
      return (
        message.read(bytes, 0, bytes.length) &&
        message.id === id &&
        message.key() === key &&
        message.isKey(key) &&
        message.isKey(`${other.toLowerCase()} A`) === isSame
      );
    }),
  );
});

t.test('the root, an update and a type without a name', async (t) => {
  const keyOf = (hex: string) => {
    const bytes = Buffer.from(hex, 'hex');
    return message.read(bytes, 0, bytes.length) ? message.key() : undefined;
  };
  t.equal(keyOf('000100000001000000000000' + '00' + '00020001'), '. NS');
  t.equal(keyOf('000128000001000000000000' + '0161' + '00' + '00060001'), 'update a SOA');
  t.equal(keyOf('000100000001000000000000' + '0161' + '00' + 'fffe0001'), 'a TYPE65534');
  t.equal(keyOf('000100000000000000000000'), '');
  t.equal(keyOf('000100000001000000000000' + 'c00c' + '00010001'), undefined, 'compressed');
  t.equal(keyOf('000100000001000000000000' + '0161'), undefined, 'cut');
});

t.test('a name that is longer than any is none', async (t) => {
  const long = Buffer.concat([
    Buffer.from('000100000001000000000000', 'hex'),
    ...Array.from({ length: 6 }, () => Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 97)])),
    Buffer.from('0000010001', 'hex'),
  ]);
  t.equal(message.read(long, 0, long.length), false);
});
