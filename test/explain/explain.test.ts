import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeCapture } from '../../bench/explain/capture.ts';
import { explain } from '../../explain/explain.ts';

t.test('a capture whose connections end in ways that are known', async (t) => {
  const file = join(t.testdir(), 'made.pcap');
  const { packets, connections, ended } = makeCapture(file, 30_000, 7);
  const explained = await explain(createReadStream(file));
  t.match(explained.capture, { format: 'pcap', frames: packets, othersFrames: 0, stopped: null });
  t.same(explained.connections, { tcp: connections, udp: 0 });
  t.same(explained.counts, {
    'idle-close-race': ended['upstream closes while idle'],
    'reset-while-idle': ended['reset while idle'],
    'died-before-response': ended['closed before the answer'],
  });
  const withFindings = explained.shown.filter(({ findings }) => findings.length > 0);
  t.equal(withFindings.length, connections - ended['client closes']);
  for (const { findings, client, upstream, first, last } of withFindings) {
    for (const { proof, story } of findings) {
      t.ok(story.length > 20);
      for (const { frame } of proof) t.ok(frame >= first.frame && frame <= last.frame);
    }
    t.ok(client.packets + upstream.packets > 4);
  }
});

t.test('the idle limit is inferred where one is kept to', async (t) => {
  const file = join(t.testdir(), 'made.pcap');
  makeCapture(file, 5000, 3);
  const { upstreams, shown } = await explain(createReadStream(file));
  t.equal(upstreams.length, 3);
  const races = shown.flatMap(({ findings }) =>
    findings.filter(({ name }) => name === 'idle-close-race'),
  );
  t.ok(races.length > 10);
  // Half of the resets come after half the time: no limit fits both.
  for (const { idleLimit } of upstreams) t.equal(idleLimit, null);
});

t.test('what is shown does not grow with the capture, what is counted does', async (t) => {
  const file = join(t.testdir(), 'made.pcap');
  const { ended } = makeCapture(file, 400_000, 5);
  const { shown, counts } = await explain(createReadStream(file));
  t.ok(shown.length <= 5500, `${shown.length} shown`);
  t.equal(counts['idle-close-race'], ended['upstream closes while idle']);
  t.equal(counts['reset-while-idle'], ended['reset while idle']);
});
