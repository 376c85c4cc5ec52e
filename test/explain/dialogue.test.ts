/** In whatever pieces bytes come, they say the same. */
import fc from 'fast-check';
import t from 'tap';
import type { Dialogue, Listener } from '../../explain/dialogue/dialogue.ts';
import { recogniseStream } from '../../explain/dialogue/recognise.ts';
import type { Side } from '../../explain/moment.ts';

type Said = readonly (readonly [Side, Buffer])[];

const dnsQuestion = (id: string, flags: string) =>
  Buffer.from(`001b${id}${flags}00010000000000000161076578616d706c650000010001`, 'hex');
const mysqlPacket = (number: number, body: Buffer) =>
  Buffer.concat([Buffer.from([body.length, 0, 0, number]), body]);

/** What is said in turn; the first bytes of the first turn tell the protocol and come in one piece. */
const conversations: Readonly<Record<string, { said: Said; asked: string[]; answered: number }>> = {
  dns: {
    said: [
      ['client', Buffer.concat([dnsQuestion('0001', '0100'), dnsQuestion('0002', '0100')])],
      ['upstream', Buffer.concat([dnsQuestion('0002', '8180'), dnsQuestion('0001', '8180')])],
      ['client', dnsQuestion('0003', '2800')],
    ],
    asked: ['a.example A', 'a.example A', 'update a.example A'],
    answered: 2,
  },
  http: {
    said: [
      ['client', Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')],
      ['upstream', Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n')],
      [
        'client',
        Buffer.from('POST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD /c HTTP/1.1\r\n\r\n'),
      ],
      [
        'upstream',
        Buffer.from(
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
        ),
      ],
    ],
    asked: ['GET /a', 'POST /b', 'HEAD /c'],
    answered: 3,
  },
  redis: {
    said: [
      ['client', Buffer.from('*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nPING\r\n')],
      ['upstream', Buffer.from('$3\r\nabc\r\n+PONG\r\n')],
    ],
    asked: ['GET a', 'PING'],
    answered: 2,
  },
  postgres: {
    said: [
      ['client', Buffer.from(`${'000000080000000004d2162f'.slice(0, 8)}04d2162f`, 'hex')],
      ['upstream', Buffer.from('N')],
      ['client', Buffer.from('0000000900030000' + '00', 'hex')],
      ['upstream', Buffer.from('5200000008000000005a0000000549', 'hex')],
      ['client', Buffer.concat([Buffer.from('510000000d', 'hex'), Buffer.from('SELECT 1\0')])],
      ['upstream', Buffer.from('430000000d53454c4543542031005a0000000549', 'hex')],
    ],
    asked: ['', '', 'SELECT 1'],
    answered: 3,
  },
  mysql: {
    said: [
      ['upstream', mysqlPacket(0, Buffer.concat([Buffer.from([10]), Buffer.alloc(60, 1)]))],
      ['client', mysqlPacket(1, Buffer.alloc(40, 0))],
      ['upstream', mysqlPacket(2, Buffer.from([0, 0, 0, 2, 0, 0, 0]))],
      ['client', mysqlPacket(0, Buffer.from('\x03SELECT 1'))],
      [
        'upstream',
        Buffer.concat([
          mysqlPacket(1, Buffer.from([1])),
          mysqlPacket(2, Buffer.alloc(20, 3)),
          mysqlPacket(3, Buffer.from([0xfe, 0, 0, 2, 0])),
          mysqlPacket(4, Buffer.from('\x011')),
          mysqlPacket(5, Buffer.from([0xfe, 0, 0, 2, 0])),
        ]),
      ],
    ],
    asked: ['', 'SELECT 1'],
    answered: 2,
  },
};

const mysqlResult = (first: number, status: number) =>
  Buffer.concat([
    mysqlPacket(first, Buffer.from([1])),
    mysqlPacket(first + 1, Buffer.alloc(20, 3)),
    mysqlPacket(first + 2, Buffer.from([0xfe, 0, 0, 2, 0])),
    mysqlPacket(first + 3, Buffer.from('\x011')),
    mysqlPacket(first + 4, Buffer.from([0xfe, 0, 0, status, 0])),
  ]);
const mysqlOpening: Said = conversations.mysql?.said.slice(0, 3) ?? [];

/** What was once taken for something the matter, and is not. */
const ordinary: Readonly<Record<string, Said>> = {
  'an HTTP answer that ends with its connection': [
    ['client', Buffer.from('GET / HTTP/1.0\r\n\r\n')],
    ['upstream', Buffer.from('HTTP/1.0 200 OK\r\n\r\nas long as it likes')],
  ],
  'HTTP that becomes another protocol': [
    ['client', Buffer.from('GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')],
    ['upstream', Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
    ['client', Buffer.from('81 85 frames of another kind', 'latin1')],
    ['upstream', Buffer.from('and no answers')],
  ],
  'a procedure of MySQL that gives two results': [
    ...mysqlOpening,
    ['client', mysqlPacket(0, Buffer.from('\x03CALL p()'))],
    [
      'upstream',
      Buffer.concat([mysqlResult(1, 8), mysqlPacket(6, Buffer.from([0, 0, 0, 2, 0, 0, 0]))]),
    ],
  ],
  'PostgreSQL inside TLS': [
    ['client', Buffer.from('0000000804d2162f', 'hex')],
    ['upstream', Buffer.from('S')],
    ['client', Buffer.from(`16030100${'45'}01${'00'.repeat(68)}`, 'hex')],
  ],
  'MySQL inside TLS': [
    ...mysqlOpening.slice(0, 1),
    ['client', mysqlPacket(1, Buffer.concat([Buffer.from([0, 8, 0, 0]), Buffer.alloc(28)]))],
    ['client', Buffer.from(`16030100${'45'}01${'00'.repeat(68)}`, 'hex')],
  ],
  'more commands at once than are remembered': [
    ['client', Buffer.from('*1\r\n$4\r\nPING\r\n'.repeat(3000))],
    ['upstream', Buffer.from('+PONG\r\n'.repeat(3000))],
  ],
  'a DNS name as long as it may be': [
    ['client', longQuestion('0100')],
    ['upstream', longQuestion('8180')],
  ],
};

function longQuestion(flags: string): Buffer {
  const name = `${`3f${'61'.repeat(63)}`.repeat(3)}3d${'61'.repeat(61)}00`;
  const message = Buffer.from(`0001${flags}0001000000000000${name}00010001`, 'hex');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

for (const [what, said] of Object.entries(ordinary)) {
  t.test(`${what} is nothing remarkable`, async (t) => {
    const { notes, owed } = hear(said, []);
    t.same({ notes, owed }, { notes: [], owed: 0 });
  });
}

interface Heard {
  asked: string[];
  answered: number;
  notes: string[];
  owed: number;
  isInside: boolean;
}

/** @param cuts Where the bytes of each turn are cut, from 0 to 1. */
function hear(said: Said, cuts: readonly number[]): Heard & { protocol: string | undefined } {
  const heard: Heard = { asked: [], answered: 0, notes: [], owed: 0, isInside: false };
  const listener: Listener = {
    asked: ({ key }) => heard.asked.push(key),
    answered: () => {
      heard.answered += 1;
    },
    note: (kind, text) => heard.notes.push(`${kind}: ${text}`),
  };
  let dialogue: Dialogue | undefined;
  let frame = 0;
  for (const [side, bytes] of said) {
    const isFirst = dialogue === undefined;
    dialogue ??= recogniseStream(side, bytes, 0, bytes.length, listener);
    const places = isFirst ? [] : cuts.map((cut) => Math.floor(cut * bytes.length));
    const ends = [...new Set([...places, bytes.length])].sort((a, b) => a - b);
    let start = 0;
    for (const end of ends) {
      if (end > start) dialogue.take(side, bytes, start, end, { frame: ++frame, atUs: frame });
      start = end;
    }
  }
  heard.owed = dialogue?.owed().length ?? 0;
  heard.isInside = dialogue?.isInside('client') === true || dialogue?.isInside('upstream') === true;
  return { ...heard, protocol: dialogue?.protocol };
}

for (const [protocol, { said, asked, answered }] of Object.entries(conversations)) {
  t.test(`${protocol}: requests and answers are told in whatever pieces they come`, async (t) => {
    const cut = fc.nat({ max: 999 }).map((place) => place / 1000);
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), (cuts) => {
        t.same(hear(said, cuts), {
          protocol,
          asked,
          answered,
          notes: [],
          owed: asked.length - answered,
          isInside: false,
        });
      }),
      { numRuns: 80 },
    );
  });
}

t.test('a dialogue that is cut is inside a message, or owes an answer', async (t) => {
  for (const { said } of Object.values(conversations)) {
    const last = said.at(-1);
    if (last?.[0] !== 'upstream') continue;
    for (let length = 1; length < last[1].length; length++) {
      const cut: Said = [...said.slice(0, -1), ['upstream', last[1].subarray(0, length)]];
      const { owed, isInside } = hear(cut, []);
      t.ok(owed > 0 || isInside, `${length} of ${last[1].length} bytes`);
    }
  }
});
