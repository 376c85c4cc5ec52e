/** The HTML report in a real browser: what a text of its markup cannot show. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import t from 'tap';
import { html, htmlFiles } from '../../../reports/html/html.tsx';
import { printable } from '../../../reports/text/printable.ts';
import { friendlyRun, hostileRun, scenarios, sourceOf } from '../fixture.ts';
import { troublesFor } from './axe.ts';
import { openPage, startChromium, whyNoChromium } from './chromium.ts';

t.test('in Chromium', { skip: whyNoChromium }, async (t) => {
  const browser = await startChromium();
  t.teardown(() => browser.close());
  const folder = t.testdir();
  /** All verdicts, hostile text, and two clients that met one script. */
  const other = {
    ...scenarios.pass,
    client: 'naive-dns-pool',
    folder: 'dns/other',
    path: 'dns/o.ts',
  };
  const run = {
    ...friendlyRun,
    scenarios: [...friendlyRun.scenarios, other, ...hostileRun.scenarios],
    skipped: hostileRun.skipped,
  };
  const paths: string[] = [];
  for (const { path, text } of htmlFiles(sourceOf(run))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    paths.push(path);
  }
  writeFileSync(join(folder, 'one-page.html'), html(sourceOf(run)));
  const at = (path: string) => pathToFileURL(join(folder, path)).href;
  const failing = `${scenarios.fail.folder}/report.html`;
  const hostile = paths.find((path) => path.startsWith('<script>')) ?? '';

  t.equal(
    paths.length,
    2 + run.scenarios.length,
    'an overview, a comparison, a page for each scenario',
  );

  await t.test('nothing is complained of, nothing is asked for, nothing overflows', async (t) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const options = { viewport: { width, height: 844 }, colorScheme };
      const { page, wrongs, close } = await openPage(browser, options);
      for (const path of ['report.html', 'side-by-side.html', failing, hostile]) {
        await page.goto(at(path));
        const where = `${printable(path)} at ${width}, ${colorScheme}`;
        t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), where);
        t.strictSame(await troublesFor(page), [], where);
      }
      await page.goto(at('one-page.html'));
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'one page');
      t.strictSame(wrongs, []);
      await close();
    }
  });

  await t.test('it is whole without scripts', async (t) => {
    const { page, wrongs, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(at('report.html'));
    t.equal(await page.locator('table.scenarios > tbody > tr').count(), run.scenarios.length);
    t.equal(await page.locator('form.filters').isVisible(), false, 'no filters that do nothing');
    await page.locator('table.scenarios a', { hasText: scenarios.fail.title }).click();
    t.equal(page.url(), at(failing));
    t.ok(await page.locator('svg.ladder').first().isVisible());
    await page.locator('.payloads > summary').first().click();
    t.match(await page.locator('.payload pre').first().textContent(), /^0000 {2}00 07 0e /);
    await page.getByText('table', { exact: true }).first().click();
    t.equal(await page.locator('svg.ladder').first().isVisible(), false);
    t.ok(await page.locator('.as-table td', { hasText: 'ECONNRESET' }).first().isVisible());
    await page.getByRole('link', { name: 'pipewrench all scenarios' }).click();
    t.equal(page.url(), at('report.html'));
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('filters and search, and a link to what they chose', async (t) => {
    const { page, wrongs, close } = await openPage(browser, {});
    await page.goto(at('report.html'));
    const shown = () => page.locator('table.scenarios > tbody > tr:visible').count();
    await page.keyboard.press('/');
    await page.keyboard.type('econnreset RESET-during');
    t.equal(await shown(), 1, 'all words, in any case, in the title, the path or the errors');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show all' }).click();
    t.equal(await shown(), run.scenarios.length);
    await page.locator('.toggle.pass').click();
    await page.locator('select[name=client]').selectOption('naive-dns-pool');
    t.equal(await shown(), 1);
    t.equal(await page.locator('output').textContent(), `1 of ${run.scenarios.length} shown`);
    t.match(page.url(), /#show:verdict=pass&client=naive-dns-pool$/);
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    t.equal(await shown(), 1, 'the link shows the same');
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test(
    'an event shows what belongs to it, from the keyboard and the pointer',
    async (t) => {
      const { page, wrongs, close } = await openPage(browser, {});
      await page.goto(at(failing));
      const diagram = page.locator('.scroll').first();
      const detail = page.locator('.detail').first();
      await diagram.focus();
      await page.keyboard.press('ArrowDown');
      t.match(await detail.textContent(), /request 1: query A w\.example/);
      t.match(await detail.locator('li').allTextContents(), [/checkout/, /checkout/, /failed 1/]);
      await page.keyboard.press('Escape');
      t.equal(await detail.isVisible(), false);

      await page.locator('#main-f6').click();
      t.match(await detail.locator('.said').textContent(), /^RST ACK seq 1/);
      const related = await detail.locator('li').allTextContents();
      t.ok(
        related.some((text) => text.includes('reset the connection (RST)')),
        'the step',
      );
      t.ok(
        related.some((text) => text.includes('recv: ECONNRESET')),
        'the call that heard of it',
      );
      t.ok((await page.locator('svg .linked').count()) >= 2);
      await page.locator('#main-f4').click();
      t.match(await detail.locator('pre').textContent(), /^0000 {2}00 07 0e /, 'the bytes');
      t.match(await detail.locator('.message').textContent(), /DNS query/);
      t.strictSame(wrongs, []);
      await close();
    },
  );

  await t.test('a name off the wire stays text, and nothing else would run or leave', async (t) => {
    const { page, wrongs, close } = await openPage(browser, {});
    await page.goto(at(hostile));
    const text = '<script>alert(1)</script>';
    t.match(await page.locator('h2').first().textContent(), text);
    t.match(await page.locator('svg.ladder').first().textContent(), text);
    await page.locator('.payloads > summary').first().click();
    t.match(await page.locator('.message dd').first().textContent(), text);
    t.equal(await page.locator('script').count(), 1, 'our own');
    t.strictSame(wrongs, []);
    t.same((await refusedBy(page)).sort(), ['connect-src', 'img-src', 'script-src-elem']);
    await close();
  });
});

/** Directives of the policy that stand in the way of what a page could be made to do. */
async function refusedBy(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(async () => {
    const refused = [];
    addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'alert(1)';
    document.body.append(script);
    const image = new Image();
    const seen = new Promise((resolve) => { image.onload = image.onerror = resolve; });
    image.src = 'http://127.0.0.1:1/';
    await Promise.all([seen, fetch('http://127.0.0.1:1/').catch(() => {})]);
    // What is refused is told in a task of its own, before the page is drawn again.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return refused;
  })()`);
}
