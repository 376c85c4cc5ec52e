import t from 'tap';
import { refuseUntil } from '../../fake-servers/listener.ts';
import { connections, inFrontOf, listener } from '../../fake-servers/script.ts';
import {
  alsoOverTcp,
  explainParts,
  partsOf,
  type Script,
  several,
  whyNotAScript,
  withoutFaults,
} from '../../fake-servers/several.ts';
import { answer, answerAll, close, isFault, reset, truncate } from '../../fake-servers/step.ts';

const one = connections([answer(1), close()], [answerAll()]);
const other = connections([reset()]);
const both = alsoOverTcp(connections([truncate()]), other);

t.test('each line says which upstream it is about, where there are several parts', async (t) => {
  t.strictSame(explainParts(one), [
    'connection 1: answer 1 request, then close',
    'connection 2 and later: answer every request',
  ]);
  t.strictSame(explainParts(several(one, listener([refuseUntil('up')], other))), [
    'upstream 1, connection 1: answer 1 request, then close',
    'upstream 1, connection 2 and later: answer every request',
    'upstream 2, listener: refuse connections until the gate "up" opens',
    'upstream 2, every connection: reset (RST)',
  ]);
  t.strictSame(explainParts(several(both, one)).slice(0, 3), [
    'upstream 1 over UDP, every connection: answer a request truncated',
    'upstream 1 over TCP, every connection: reset (RST)',
    'upstream 2, connection 1: answer 1 request, then close',
  ]);
  t.strictSame(
    partsOf(both).map(({ name, isBesideUdp }) => [name, isBesideUdp]),
    [
      ['upstream over UDP', false],
      ['upstream over TCP', true],
    ],
  );
});

t.test('the faults are taken out of all of them, and the parts stay', async (t) => {
  const scripts: Script[] = [
    one,
    both,
    several(one),
    several(one, both, other),
    several(inFrontOf('redis', other), one),
  ];
  for (const script of scripts) {
    const healthy = withoutFaults(script);
    const names = (of: Script) => partsOf(of).map(({ name, script: { server } }) => [name, server]);
    t.strictSame(names(healthy), names(script));
    const steps = partsOf(healthy).flatMap((part) => part.script.connections.flat());
    t.notOk(steps.some(isFault));
  }
});

t.test('what cannot be put together is refused', async (t) => {
  t.throws(() => several(), { name: 'TypeError', message: /for each upstream/ });
  t.throws(() => alsoOverTcp(inFrontOf('unbound', one), one), {
    name: 'TypeError',
    message: /goes over TCP only/,
  });
  t.throws(() => alsoOverTcp(one, both), { name: 'TypeError', message: /for UDP and TCP itself/ });
});

t.test('scripts are told from what is none', async (t) => {
  for (const script of [one, both, several(one), several(both, one)]) {
    t.equal(whyNotAScript(script), undefined);
    t.equal(whyNotAScript(JSON.parse(JSON.stringify(script))), undefined, 'stored ones too');
  }
  const others = [{ upstreams: [] }, { upstreams: [1] }, { upstreams: [several(one)] }, [one]];
  for (const value of others) t.match(whyNotAScript(value), /connections\(/);
  t.match(whyNotAScript({ ...one, overTcp: 1 }), /connections\(/);
  const wrapped = { ...several(one), listener: [refuseUntil('up')] };
  t.match(whyNotAScript(wrapped), /wrap each of the scripts/);
});
