import { decode, encode } from 'dns-packet';
import t from 'tap';
import { figuresIn } from '../../bench/dns/dnsperf.ts';
import { hottest } from '../../bench/dns/profile.ts';
import { addressOf, answerTo, nameOf, queryAt } from '../../bench/dns-bytes.ts';

const framedQuery = (name: string, id: number) => {
  const message = encode({ type: 'query', id, questions: [{ name, type: 'A' }] });
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(message.length, 0);
  return Buffer.concat([prefix, message]);
};

t.test('the queries of a stream, and their answers, as another program reads them', async (t) => {
  const [first, second] = [framedQuery('q1.storm', 7), framedQuery('q70000.storm', 8)];
  const bytes = Buffer.concat([first, second]);
  const one = queryAt(bytes, 0);
  const two = queryAt(bytes, first.length);
  if (!one || !two) throw new Error('both queries are there');
  t.strictSame([one.name, one.id, one.frameBytes], ['q1.storm', 7, first.length]);
  t.strictSame([two.name, two.id], ['q70000.storm', 8]);
  t.equal(queryAt(bytes.subarray(0, -1), first.length), undefined, 'a part is no query');
  t.equal(queryAt(bytes, bytes.length), undefined);

  const answer = decode(answerTo(two).subarray(2));
  t.match(answer, { id: 8, type: 'response', rcode: 'NOERROR' });
  t.strictSame(answer.questions, [{ name: 'q70000.storm', type: 'A', class: 'IN' }]);
  t.match(answer.answers, [{ name: 'q70000.storm', type: 'A', data: '10.1.17.112' }]);
  t.equal(answerTo(two).readUInt16BE(0), answerTo(two).length - 2);
  t.equal(decode(answerTo(two, 9).subarray(2)).id, 9, 'or under another id');
});

t.test('each name has an address of its own', async (t) => {
  const addresses = [0, 1, 255, 256, 65_536, 16_777_215].map((number) => addressOf(nameOf(number)));
  t.equal(new Set(addresses).size, addresses.length);
  t.equal(addresses.at(-1), '10.255.255.255');
});

const printed = `
Statistics:

  Queries sent:         93524
  Queries completed:    93520 (100.00%)
  Queries lost:         4 (0.00%)

  Response codes:       NOERROR 93520 (100.00%)
  Average packet size:  request 27, response 43
  Run time (s):         2.062066
  Queries per second:   45354.513386

  Average Latency (s):  0.019892 (min 0.000051, max 0.091995)
  Latency StdDev (s):   0.010970

Connection Statistics:

  Average Latency (s):  0.004065 (min 0.003215, max 0.005521)

0m0.00s 0m0.01s
1m0.20s 0m1.40s
`;

t.test('what dnsperf prints', async (t) => {
  t.strictSame(figuresIn(printed), {
    queriesPerSecond: 45_354.513386,
    averageMs: 19.892,
    lost: 4,
    completed: 93_520,
    cpuUs: 61.6e6 / 93_520,
  });
  t.throws(() => figuresIn(printed.replace('NOERROR', 'SERVFAIL')), /no answers without error/);
  t.throws(() => figuresIn(printed.trim().slice(0, -3)), /did not say what dnsperf took/);
});

t.test('the functions that took the time, the dearest first, waiting left out', async (t) => {
  const frame = (functionName: string, url: string, lineNumber: number) => ({
    callFrame: { functionName, url, lineNumber },
  });
  const profile = {
    nodes: [
      { id: 1, ...frame('(idle)', '', -1) },
      { id: 2, ...frame('encode', 'file:///home/me/build/clients/dns-pool/message.js', 41) },
      { id: 3, ...frame('', 'file:///home/me/node_modules/dns-packet/index.js', 9) },
      { id: 4, ...frame('encode', 'file:///home/me/build/clients/dns-pool/message.js', 41) },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1000, 30, 60, 10],
  };
  t.strictSame(hottest(profile, 5), [
    { where: '(anonymous) dns-packet/index.js:10', percent: 60 },
    { where: 'encode clients/dns-pool/message.js:42', percent: 40 },
  ]);
  t.equal(hottest(profile, 1).length, 1);
});
