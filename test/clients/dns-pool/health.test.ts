import fc from 'fast-check';
import t from 'tap';
import type { DnsPoolErrorClass } from '../../../clients/dns-pool/errors.ts';
import { Health } from '../../../clients/dns-pool/health.ts';

const limits = { failuresMax: 3, downMs: 1000, downMsMax: 4000 };

const blamed: DnsPoolErrorClass[] = [
  'reset',
  'eof',
  'broken-pipe',
  'network',
  'dial',
  'certificate',
  'timeout',
  'protocol',
];
const notBlamed: DnsPoolErrorClass[] = [
  'local',
  'deadline',
  'queue-full',
  'queue-timeout',
  'closed',
  'aborted',
  'invalid-query',
  'all-failed',
];

t.test('so many failures in a row, and it is down; each after that doubles the time', async (t) => {
  const health = new Health(limits);
  const downFor = (nowMs: number) => {
    let ms = 0;
    while (health.isDown(nowMs + ms)) ms += 500;
    return ms;
  };
  const seen = [0, 1, 2, 3, 4, 5].map((count) => {
    if (count > 0) health.failed('dial', 10_000);
    return downFor(10_000);
  });
  t.same(seen, [0, 0, 0, 1000, 2000, 4000]);
  health.failed('dial', 10_000);
  t.equal(downFor(10_000), 4000, 'and no longer than this');
});

t.test('an answer makes it well at once', async (t) => {
  const health = new Health(limits);
  for (let i = 0; i < 9; i++) health.failed('eof', 0);
  t.ok(health.isDown(1));
  health.answered();
  t.notOk(health.isDown(1));
  t.equal(health.failures, 0);
});

t.test('only what the upstream has to answer for counts', async () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...blamed, ...notBlamed)), (classes) => {
      const health = new Health(limits);
      for (const errorClass of classes) health.failed(errorClass, 0);
      return health.failures === classes.filter((one) => blamed.includes(one)).length;
    }),
  );
});
