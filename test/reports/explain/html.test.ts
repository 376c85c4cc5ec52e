/** One page that loads and runs nothing, whatever the capture says. */
import { encode } from 'dns-packet';
import t from 'tap';
import { html } from '../../../reports/explain/html.tsx';
import { explainSource } from '../../support/ladders.ts';
import {
  captureFile,
  connectionFrames,
  handshake,
  idleCloseRace,
} from '../../support/made-capture.ts';

t.test('diagnoses, connections and ladders', async (t) => {
  const source = await explainSource(t, captureFile(connectionFrames({}, idleCloseRace())));
  const page = html(source);
  for (const part of [
    /<article class="fail" id="idle-close-race">/,
    /the client reused the connection after 11\.0 s/,
    /set the client&#39;s idle limit below the upstream&#39;s|set the client's idle limit below/,
    /frame\.number in \{7, 9, 10\}/,
    /<article id="tcp-1">/,
    /<a href="#tcp-1-f7">frame 7<\/a>/,
    /id="tcp-1-f7"/,
    /Ladder diagram: 10\.0\.0\.1:40000/,
  ])
    t.match(page, part);
  const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  const missing = anchors.filter((id) => !page.includes(`id="${id}"`));
  t.strictSame(missing, [], 'every link on the page leads somewhere');
  t.notMatch(page, /(src|href)="(?!#)/, 'nothing is loaded');
});

t.test('what is off the wire stays text', async (t) => {
  const evil = '<script>alert(1)</script>';
  const query = encode({ type: 'query', id: 7, questions: [{ name: evil, type: 'A' }] });
  const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
  const source = await explainSource(
    t,
    captureFile(
      connectionFrames({}, [
        ...handshake,
        { from: 'client', atMs: 1, flags: ['PSH', 'ACK'], payload: framed },
        { from: 'upstream', atMs: 2, flags: ['RST'] },
      ]),
    ),
  );
  const page = html({ ...source, file: evil });
  t.match(page, '&lt;script>alert(1)&lt;/script>');
  t.notOk(page.includes('<script>alert'));
});

t.test('a page without connections, and one of a cut file', async (t) => {
  t.match(html(await explainSource(t, captureFile())), /No connection was seen/);
  const whole = captureFile(connectionFrames({}, idleCloseRace()));
  const cut = await explainSource(t, whole.subarray(0, whole.length - 5));
  t.match(html(cut), /reading stopped at byte \d+/);
});
