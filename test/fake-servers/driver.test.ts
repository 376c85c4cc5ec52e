import fc from 'fast-check';
import t from 'tap';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { connections, explainScript } from '../../fake-servers/script.ts';
import { answer, close, send } from '../../fake-servers/step.ts';
import { steps } from '../support/steps.ts';

const script = connections([answer(1), close()]);
/** Over UDP there is nothing to close. */
const anywhere = connections([answer(1), send('x')]);

t.test('an unknown protocol is refused by name', async (t) => {
  t.throws(() => upstreamDriver.start(script, 'gopher', () => undefined), {
    name: 'RangeError',
    message: /"gopher"/,
  });
});

t.test('each protocol it names can be started', async (t) => {
  t.ok(upstreamDriver.protocols.includes('raw'));
  t.ok(upstreamDriver.protocols.includes('dns-tcp'));
  for (const protocol of upstreamDriver.protocols) {
    const types: string[] = [];
    const running = upstreamDriver.start(anywhere, protocol, ({ type }) => types.push(type));
    t.ok(running.address.port > 0);
    await running.stop();
    t.strictSame(types, ['listening', 'unreached'], 'and tells the fault that nobody met');
  }
});

t.test('scripts are told from what is none', async (t) => {
  fc.assert(
    fc.property(
      fc.array(steps, { minLength: 1 }),
      (lists) => upstreamDriver.whyNotAScript(connections(...lists)) === undefined,
    ),
  );
  const others = [undefined, null, 1, 'x', [], {}, { connections: [] }, { connections: [1] }];
  for (const other of others) {
    t.match(upstreamDriver.whyNotAScript(other), /connections\(/);
    t.throws(() => upstreamDriver.explain(other), TypeError);
    t.throws(() => upstreamDriver.start(other, 'raw', () => undefined), TypeError);
  }
});

t.test('without its faults an upstream answers everything', async (t) => {
  t.strictSame(upstreamDriver.explain(upstreamDriver.withoutFaults(script)), [
    'every connection: answer every request',
  ]);
  t.strictSame(upstreamDriver.explain(script), explainScript(script));
});
