import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { anchorsOf, captureFileName } from '../../reports/html/anchors.ts';
import { html, htmlFiles } from '../../reports/html/html.tsx';
import { scriptText } from '../../reports/html/script/script.ts';
import { styleSheet } from '../../reports/html/style/sheet.ts';
import { reporterNames, reporters } from '../../reports/report.ts';
import { run } from './arbitrary.ts';
import {
  emptyPcap,
  friendlyRun,
  hostileRun,
  interruptedRun,
  scenarios,
  sourceOf,
} from './fixture.ts';

const friendly = html(sourceOf(friendlyRun));

/** Our own style sheet and scripts are no text of a run. */
const scripts = [scriptText('filters'), scriptText('unfold'), scriptText('ladder')];
const ours = [styleSheet, ...scripts];
function withoutOurs(page: string): string {
  return ours.reduce((rest, text) => rest.replace(text, ''), page);
}

/** Tags with their attributes, read as a browser would: quotes may hold anything but themselves. */
function tagsOf(page: string): string[] {
  const body = withoutOurs(page);
  return body.match(/<[a-z/!](?:"[^"]*"|[^">])*>/gi) ?? [];
}

const scriptsOf = (page: string) =>
  [...page.matchAll(/<script type="module">(.*?)<\/script>/gs)].map(([, text]) => text ?? '');

function textOf(page: string): string {
  return withoutOurs(page)
    .replace(/<(?:"[^"]*"|[^">])*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

t.test('nothing is loaded, and nothing is run but our own scripts', async (t) => {
  for (const page of [friendly, html(sourceOf(hostileRun))]) {
    const tags = tagsOf(page);
    t.notOk(tags.some((tag) => /^<(link|iframe|img|object|embed|base)/i.test(tag)));
    t.strictSame(scriptsOf(page), scripts);
    t.notOk(
      tags.some((tag) =>
        / (on[a-z]+|src|srcset|action|style)=/i.test(tag.replace(/="[^"]*"/g, '=')),
      ),
    );
    const addresses = tags.flatMap((tag) => / href="([^"]*)"/.exec(tag)?.[1] ?? []);
    t.ok(addresses.length > 0);
    t.ok(
      addresses.every(
        (to) => to.startsWith('#') || to.startsWith('data:application/vnd.tcpdump.pcap;base64,'),
      ),
    );
    t.notMatch(page, /url\(|@import/);
  }
});

t.test(
  'the policy allows the style sheet and the scripts that are there, and nothing else',
  async (t) => {
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const style = /<style>([^<]*)<\/style>/.exec(friendly)?.[1] ?? '';
    const hashes = scriptsOf(friendly).map(hash).join(' ');
    t.match(
      friendly,
      `content="default-src 'none'; style-src ${hash(style)}; script-src ${hashes}; base-uri 'none'; form-action 'none'"`,
    );
  },
);

t.test('no text becomes markup', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      const page = html(sourceOf(any));
      t.equal(page.toLowerCase().split('<script').length - 1, scriptsOf(page).length);
      t.equal(scriptsOf(page).length, scripts.length);
      t.notMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 30 },
  );
  t.match(textOf(html(sourceOf(hostileRun))), '<script>alert(1)</script> \\x1b[2J');
});

t.test('every link within the page leads somewhere, and no id is there twice', async (t) => {
  const copies = friendlyRun.scenarios.map((scenario) => ({ ...scenario }));
  const twice = { ...friendlyRun, scenarios: [...friendlyRun.scenarios, ...copies] };
  for (const page of [friendly, html(sourceOf(twice))]) {
    const ids = tagsOf(page).flatMap((tag) => / id="([^"]*)"/.exec(tag)?.[1] ?? []);
    t.equal(new Set(ids).size, ids.length);
    const targets = tagsOf(page).flatMap((tag) => / href="#([^"]*)"/.exec(tag)?.[1] ?? []);
    t.strictSame(
      targets.filter((target) => !ids.includes(target)),
      [],
    );
  }
});

t.test('tags are balanced', async (t) => {
  const isVoid = /^<(meta|br|hr)|\/>$|^<!/i;
  const open: string[] = [];
  for (const tag of tagsOf(html(sourceOf(hostileRun)))) {
    if (isVoid.test(tag)) continue;
    const name = /^<\/?([a-z0-9]+)/i.exec(tag)?.[1] ?? '';
    if (tag.startsWith('</')) t.equal(open.pop(), name);
    else open.push(name);
  }
  t.strictSame(open, []);
});

t.test('what a reader looks for is there', async (t) => {
  const text = textOf(friendly);
  for (const words of [
    'RST, EPIPE, EOF',
    '#1 RST, ECONNRESET · #2 RST, ECONNRESET',
    scenarios.fail.reason,
    'at most 1 retry of a request',
    'look at what the client does after the second ECONNRESET',
    scenarios.raw.repeat,
    'dns/idle-connection-closed/main.pcap',
    '20 ms of silence',
    'the kernel dropped 22 packets of this capture',
    'own user and network namespace',
    'FIN from the upstream at relative seq 46',
  ]) {
    t.ok(text.includes(words), words);
  }
  t.notMatch(text, 'The run was interrupted');
  t.match(
    textOf(html(sourceOf(interruptedRun))),
    'The run was interrupted after 4 of 9 scenarios.',
  );
});

t.test('the capture comes along under a name of its own', async (t) => {
  const bytes = Buffer.from(emptyPcap).toString('base64');
  t.match(
    friendly,
    `download="dns-reset-during-exchange.main.dns-pool.pcap" href="data:application/vnd.tcpdump.pcap;base64,${bytes}"`,
  );
  const execution = scenarios.hostile.executions[0];
  if (execution === undefined) throw new Error('the fixture has an execution');
  t.match(captureFileName(scenarios.hostile, execution), /^[a-z0-9.-]+\.pcap$/);
});

t.test('evidence that is not there is said to be missing', async (t) => {
  const page = html({
    ...sourceOf(friendlyRun),
    timeline: () => undefined,
    pcap: () => undefined,
    payloads: () => new Map(),
  });
  t.match(page, 'The timeline of this execution could not be read');
  t.notMatch(page, '<svg class="ladder"');
  t.notMatch(page, 'Download pcap');
});

t.test('what did not pass comes first', async (t) => {
  const order = tagsOf(friendly).flatMap(
    (tag) => /^<article [^>]*class="(\w+)"/.exec(tag)?.[1] ?? [],
  );
  t.strictSame(order, ['fail', 'unknown', 'pass', 'pass']);
});

t.test('anchors are the same in every run and different from each other', async (t) => {
  t.strictSame(anchorsOf([scenarios.pass, scenarios.raw, scenarios.pass]), [
    'scenario-dns-idle-connection-closed-dns-pool',
    'scenario-sockets-peer-closed-write-read-raw',
    'scenario-dns-idle-connection-closed-dns-pool-2',
  ]);
});

t.test('every reporter is in the table, is described and renders', async (t) => {
  t.strictSame(Object.keys(reporters), [...reporterNames]);
  for (const name of reporterNames) {
    const { description, render } = reporters[name];
    t.not(description, '');
    const options = { colour: false, widthColumns: 80 };
    const report = Buffer.from(render(sourceOf(friendlyRun), options)).toString();
    t.match(report, scenarios.fail.reason);
  }
});

/** Where a browser finds a file of the run. Half a surrogate pair is written as what replaces it. */
function addressOf(path: string): URL {
  const written = Buffer.from(path).toString();
  return new URL(written.split('/').map(encodeURIComponent).join('/'), 'file:///run/');
}

/** Addresses and ids of a page; a relative address is resolved against the page's own. */
function linksOf(path: string, page: string) {
  const tags = tagsOf(page);
  const base = addressOf(path);
  const attribute = (tag: string, name: string) =>
    new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');
  const hrefs = tags.flatMap((tag) => {
    const href = attribute(tag, 'href');
    return href === undefined ? [] : [new URL(href, base)];
  });
  return { hrefs, ids: tags.flatMap((tag) => attribute(tag, 'id') ?? []) };
}

t.test('pages of a folder lead to each other, and to files that a run leaves', async (t) => {
  const other = { ...scenarios.pass, client: 'naive-dns-pool', folder: 'dns/o#her?', path: 'o.ts' };
  const run = { ...friendlyRun, scenarios: [...friendlyRun.scenarios, other, scenarios.hostile] };
  const pages = new Map(
    [...htmlFiles(sourceOf(run))].map(({ path, text }) => [
      addressOf(path).pathname,
      linksOf(path, text),
    ]),
  );
  t.equal(pages.size, 2 + run.scenarios.length, 'an overview, a comparison, and each scenario');
  for (const [path, { hrefs, ids }] of pages) {
    t.equal(new Set(ids).size, ids.length, `${path}: no id is there twice`);
    t.ok(hrefs.length > 2);
    for (const { protocol, pathname, hash } of hrefs) {
      t.equal(protocol, 'file:');
      const to = pages.get(pathname);
      if (to)
        t.ok(hash === '' || to.ids.includes(decodeURIComponent(hash.slice(1))), `${path} ${hash}`);
      else
        t.match(
          pathname,
          /\/(main|control|counter)\.pcap$|\/(result|timeline)\.json$|\/evidence\.jsonl$/,
        );
    }
  }
});

t.test('the overview of 500 scenarios stays small', async (t) => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    ...(friendlyRun.scenarios[index % friendlyRun.scenarios.length] ?? scenarios.pass),
    folder: `n${index}`,
  }));
  const [overview] = htmlFiles(sourceOf({ ...friendlyRun, scenarios: many }));
  t.equal(overview?.path, 'report.html');
  t.ok((overview?.text.length ?? 0) < 1_000_000, `${overview?.text.length} characters`);
  const elements = overview?.text.match(/<[a-z]/g)?.length ?? 0;
  t.ok(elements > 500 && elements < 20_000, `${elements} elements`);
});
