import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { DnsPoolError } from '../../../clients/dns-pool/errors.ts';
import {
  decodeAnswer,
  type EncodedRequest,
  encodeQuery,
  encodeUpdate,
  frameWithId,
  idOf,
  isAbout,
} from '../../../clients/dns-pool/message.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
const type = fc.constantFrom('A' as const, 'AAAA' as const, 'TXT' as const, 'MX' as const);
const id = fc.integer({ min: 0, max: 65_535 });

function asked(question: { name: string; type: string }, withId: number): EncodedRequest {
  const query = encodeQuery(question);
  frameWithId(query, withId);
  return query;
}

function verdict(request: EncodedRequest, message: Buffer): string {
  try {
    decodeAnswer(request, message);
    return 'delivered';
  } catch (error) {
    if (error instanceof DnsPoolError) return error.class;
    throw error;
  }
}

t.test('an answer is delivered exactly when name and type are those asked for', async () => {
  fc.assert(
    fc.property(
      fc.record({ name, type, id }),
      fc.record({ name, type, id }),
      fc.tuple(fc.boolean(), fc.boolean()),
      (question, other, [otherName, otherType]) => {
        const sent = {
          id: other.id,
          name: otherName ? other.name : question.name,
          type: otherType ? other.type : question.type,
        };
        const message = encode({
          type: 'response',
          id: sent.id,
          questions: [{ name: sent.name.toUpperCase(), type: sent.type }],
        });
        const isRight = sent.name === question.name && sent.type === question.type;
        const query = asked(question, question.id);
        return (
          idOf(message) === other.id &&
          isAbout(query, message) === isRight &&
          verdict(query, message) === (isRight ? 'delivered' : 'protocol')
        );
      },
    ),
  );
});

t.test('no bytes whatever are taken for an answer, and none crash', async () => {
  const query = asked({ name: 'a.example', type: 'A' }, 0x1234);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const message = Buffer.from(bytes);
      if (isAbout(query, message)) return false;
      return idOf(message) === undefined
        ? message.length < 12
        : isBareError(message) || verdict(query, message) === 'protocol';
    }),
  );
});

/** That much can be an answer by chance: a response to a query, with an error and nothing else. */
function isBareError(message: Buffer): boolean {
  const flags = message.readUInt16BE(2);
  return (flags & 0xf800) === 0x8000 && (flags & 0xf) !== 0 && message.readUInt32BE(4) === 0;
}

t.test('a cut answer is never delivered', async () => {
  const query = asked({ name: 'a.example', type: 'A' }, 7);
  const whole = encode({
    type: 'response',
    id: 7,
    questions: [{ name: 'a.example', type: 'A' }],
    answers: [{ name: 'a.example', type: 'A', data: '10.1.2.3' }],
  });
  for (let length = 0; length < whole.length; length++) {
    if (idOf(whole.subarray(0, length)) === undefined) continue;
    if (verdict(query, whole.subarray(0, length)) !== 'protocol') t.fail(`cut at ${length}`);
  }
  t.equal(verdict(query, whole), 'delivered');
});

t.test('a name with a dot inside a label is not the name with two labels', async (t) => {
  const query = asked({ name: 'a.b', type: 'A' }, 7);
  const message = encode({ type: 'response', id: 7, questions: [{ name: 'axb', type: 'A' }] });
  // One label of three bytes, the middle one a dot: it decodes to the same text.
  message[14] = 0x2e;
  t.equal(decode(message).questions?.[0]?.name, 'a.b');
  t.equal(verdict(query, message), 'protocol');
});

t.test('types 65 and 97 differ, though they are the codes of A and a', async (t) => {
  const query = asked({ name: 'a', type: 'UNKNOWN_65' }, 7);
  const message = Buffer.from(query.frame.subarray(2));
  message.writeUInt16BE(0x8180, 2);
  t.equal(verdict(query, message), 'delivered');
  message.writeUInt16BE(97, message.length - 4);
  t.equal(verdict(query, message), 'protocol');
});

t.test('a question is repeated by every answer but a bare error', async (t) => {
  const query = asked({ name: 'a.example', type: 'A' }, 7);
  const bare = (rcode: number) => encode({ type: 'response', id: 7, flags: rcode });
  t.equal(verdict(query, bare(1)), 'delivered', 'FORMERR');
  t.equal(verdict(query, bare(0)), 'protocol', 'NOERROR');
  t.notOk(isAbout(query, bare(1)), 'under another id it would be about any query');
});

t.test('the query itself, sent back, is no answer', async (t) => {
  const query = asked({ name: 'a.example', type: 'A' }, 7);
  t.equal(verdict(query, query.frame.subarray(2)), 'protocol');
});

t.test('what DNS cannot carry is refused with what was expected', async (t) => {
  const refused: [string, string, RegExp][] = [
    ['', 'A', /labels of 1 to 63 bytes, got one of 0/],
    ['a..b', 'A', /got one of 0 in "a\.\.b"/],
    [`${'x'.repeat(64)}.example`, 'A', /got one of 64/],
    [Array(50).fill('abcdef').join('.'), 'A', /at most 255 bytes, got 351/],
    ['a.example', 'NOSUCHTYPE', /such as A or AAAA, got "NOSUCHTYPE"/],
    ['a.example', '', /no record type/],
  ];
  for (const [wrongName, wrongType, message] of refused) {
    t.throws(() => encodeQuery({ name: wrongName, type: wrongType }), {
      class: 'invalid-query',
      message,
    });
  }
  t.doesNotThrow(() => encodeQuery({ name: '.', type: 'ns' }));
  t.doesNotThrow(() => encodeQuery({ name: 'a.example.', type: 'a' }));
});

const opcodeUpdate = 5 << 11;

function updating(name: string, withId: number): EncodedRequest {
  const update = encodeUpdate({ name, data: '192.0.2.1' });
  frameWithId(update, withId);
  return update;
}

t.test('an update: the zone where a question is, the record among the authorities', async (t) => {
  const { frame, isResendable } = updating('b.example.', 7);
  t.equal(frame.readUInt16BE(0), frame.length - 2);
  const packet = decode(frame.subarray(2));
  t.match(packet, {
    type: 'query',
    id: 7,
    flags: opcodeUpdate,
    opcode: 'UPDATE',
    questions: [{ name: 'b.example', type: 'SOA', class: 'IN' }],
    authorities: [{ name: 'b.example', type: 'A', class: 'IN', data: '192.0.2.1' }],
  });
  t.same([packet.answers, packet.additionals], [[], []]);
  t.equal(isResendable, false);
  t.equal(encodeQuery({ name: 'b.example', type: 'SOA' }).isResendable, true);
});

t.test("an update's answer is delivered exactly when zone and opcode are its own", async () => {
  fc.assert(
    fc.property(
      fc.record({ name, id }),
      fc.record({ name, id }),
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      fc.integer({ min: 0, max: 10 }),
      (zone, other, [otherName, otherType, isQuery], rcode) => {
        const sent = { name: otherName ? other.name : zone.name };
        const message = encode({
          type: 'response',
          id: zone.id,
          flags: (isQuery ? 0 : opcodeUpdate) | rcode,
          questions: [{ name: sent.name.toUpperCase(), type: otherType ? 'A' : 'SOA' }],
        });
        const isRight = sent.name === zone.name && !otherType && !isQuery;
        return (
          verdict(updating(zone.name, zone.id), message) === (isRight ? 'delivered' : 'protocol')
        );
      },
    ),
  );
});

t.test('an update may be answered with the bare header, but not with records', async (t) => {
  const update = updating('b.example', 7);
  const answers = [{ name: 'b.example', type: 'A' as const, data: '192.0.2.1' }];
  const bare = (flags: number) => encode({ type: 'response', id: 7, flags });
  t.equal(verdict(update, bare(opcodeUpdate)), 'delivered', 'NOERROR');
  t.equal(verdict(update, bare(opcodeUpdate | 5)), 'delivered', 'REFUSED');
  t.equal(verdict(update, bare(0)), 'protocol', 'the opcode of a query');
  const withRecords = encode({ type: 'response', id: 7, flags: opcodeUpdate, answers });
  t.equal(verdict(update, withRecords), 'protocol');
});

t.test('the answer to an update is no answer to a query', async (t) => {
  const query = asked({ name: 'b.example', type: 'SOA' }, 7);
  const questions = [{ name: 'b.example', type: 'SOA' as const }];
  const answered = (flags: number) => encode({ type: 'response', id: 7, flags, questions });
  t.equal(verdict(query, answered(opcodeUpdate)), 'protocol');
  t.equal(verdict(query, answered(0)), 'delivered');
});

t.test('an update that DNS cannot carry is refused', async (t) => {
  const refused: [string, string, RegExp][] = [
    ['a..b', '192.0.2.1', /got one of 0 in "a\.\.b"/],
    ['b.example', 'fd00::1', /IPv4 address such as 192\.0\.2\.1, got "fd00::1"/],
    ['b.example', '', /got ""/],
  ];
  for (const [wrongName, wrongData, message] of refused) {
    t.throws(() => encodeUpdate({ name: wrongName, data: wrongData }), {
      class: 'invalid-query',
      isUnsent: true,
      message,
    });
  }
});
