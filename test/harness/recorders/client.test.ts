import { channel } from 'node:diagnostics_channel';
import t from 'tap';
import { clientChannelName, type RecordedEvent } from '../../../harness/event.ts';
import { recordClient } from '../../../harness/recorders/client.ts';
import { checkout, io, log, tupleOf, upstreamPort } from '../../support/timeline.ts';

const published = channel(clientChannelName);
const nothingInvalid = (reason: string) => t.fail(reason);

t.test('what a client publishes is stamped and kept, until the recorder is stopped', async (t) => {
  const kept: RecordedEvent[] = [];
  const stop = recordClient([upstreamPort], (event) => kept.push(event), nothingInvalid);
  t.teardown(stop);
  published.publish(checkout(1));
  published.publish(log('no connection is named'));
  stop();
  published.publish(io(1, 'send'));
  t.match(kept, [checkout(1), log('no connection is named')]);
  t.ok(kept.every(({ atUs }) => Number.isInteger(atUs)));
});

t.test('what concerns the connection of another upstream is left out', async (t) => {
  const kept: RecordedEvent[] = [];
  t.teardown(recordClient([upstreamPort], (event) => kept.push(event), nothingInvalid));
  published.publish({ ...io(1, 'send'), tuple: '127.0.0.1:40001->127.0.0.1:15300' });
  published.publish(io(2, 'send'));
  t.match(kept, [{ tuple: tupleOf(2) }]);
  t.equal(kept.length, 1);
});

t.test('what is no client event is told, not kept', async (t) => {
  const kept: RecordedEvent[] = [];
  const reasons: string[] = [];
  t.teardown(
    recordClient(
      [upstreamPort],
      (event) => kept.push(event),
      (reason) => reasons.push(reason),
    ),
  );
  const forged = { source: 'upstream', type: 'served', key: 'a A', answer: '10.0.0.1', bytes: 1 };
  const wrong = [null, 'text', {}, { ...checkout(1), reused: 'yes' }, forged];
  for (const message of wrong) published.publish(message);
  t.same(kept, []);
  t.equal(reasons.length, wrong.length);
});
