/** The report in one file: the rest of a scenario is unfolded when it is asked for, and is there without scripts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import t from 'tap';
import { anchorsOf } from '../../../reports/html/anchors.ts';
import { html } from '../../../reports/html/html.tsx';
import { troublesFor } from '../browser/axe.ts';
import { openPage, startChromium, type Watched, whyNoChromium } from '../browser/chromium.ts';
import { friendlyRun, hostileRun, scenarios, sourceOf } from '../fixture.ts';
import { closingNoscript, withNames } from './closing-names.ts';

const shown = [...friendlyRun.scenarios, ...hostileRun.scenarios];
const anchors = anchorsOf(shown);
const anchorOf = (scenario: (typeof shown)[number]) => anchors[shown.indexOf(scenario)] ?? '';
const failing = anchorOf(scenarios.fail);
const idle = anchorOf(scenarios.pass);
const hostile = anchorOf(scenarios.hostile);

const restOf = (page: Page, anchor: string) => page.locator(`#${anchor} > .rest`);
const buttonOf = (page: Page, anchor: string) => page.locator(`#${anchor} > .unfold`);

t.test('in Chromium', { skip: whyNoChromium }, async (t) => {
  const browser = await startChromium();
  t.teardown(() => browser.close());
  const file = join(t.testdir(), 'report.html');
  writeFileSync(file, html(withNames(sourceOf({ ...friendlyRun, scenarios: shown }))));
  const address = pathToFileURL(file).href;

  /** Without idle time what nobody has asked for stays text. */
  async function open(hash: string, isIdle = false): Promise<Watched> {
    const watched = await openPage(browser, {});
    if (!isIdle) await watched.page.addInitScript('delete window.requestIdleCallback');
    await watched.page.goto(address + hash);
    return watched;
  }

  await t.test('a scenario is unfolded by the pointer and by the keyboard', async (t) => {
    const { page, wrongs, close } = await open('');
    t.equal(await page.locator('article > noscript').count(), shown.length);
    t.equal(await page.locator('article .story').first().isVisible(), true, 'the story is there');
    t.equal(await restOf(page, failing).isVisible(), false);
    await buttonOf(page, failing).click();
    t.ok(await restOf(page, failing).locator('svg.ladder').first().isVisible());
    t.equal(await buttonOf(page, failing).getAttribute('aria-expanded'), 'true');
    t.equal(await page.locator('article > noscript').count(), shown.length - 1, 'no other');

    await page.keyboard.press('Enter');
    t.equal(await restOf(page, failing).isVisible(), false, 'the button kept the focus');
    t.equal(await buttonOf(page, failing).getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('Space');
    t.ok(await restOf(page, failing).isVisible());
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('a diagram that was unfolded answers like any other', async (t) => {
    const { page, wrongs, close } = await open('');
    await buttonOf(page, failing).click();
    const detail = restOf(page, failing).locator('.detail').first();
    await page.locator(`#${failing}-main-f6`).click();
    t.match(await detail.locator('.said').textContent(), /^RST ACK seq 1/);
    await page.keyboard.press('Escape');
    t.equal(await detail.isVisible(), false);
    await page.keyboard.press('ArrowDown');
    t.match(await detail.textContent(), /request 1: query A w\.example/);
    await restOf(page, failing).getByText('table', { exact: true }).first().click();
    t.ok(await restOf(page, failing).locator('.as-table td').first().isVisible());
    t.strictSame(wrongs, []);
    await close();
  });

  for (const isIdle of [false, true]) {
    const state = isIdle ? 'hidden' : 'text';
    await t.test(`links lead into what is ${state}, back and forth too`, async (t) => {
      const { page, wrongs, close } = await open(`#${idle}-counter-f1`, isIdle);
      t.ok(
        await page.locator(`#${idle}-counter-f1`).isVisible(),
        'in an execution that is closed otherwise',
      );
      await inView(page, `${idle}-counter-f1`);
      t.equal(await page.locator(`#${idle}-counter-f1:target`).count(), 1);
      t.equal(await restOf(page, failing).isVisible(), false, 'the others stay folded');

      await page.locator('table.scenarios a', { hasText: scenarios.fail.title }).click();
      t.ok(await restOf(page, failing).isVisible(), 'a link of the overview');
      await inView(page, failing);
      await buttonOf(page, failing).click();
      await page.locator('table.scenarios a', { hasText: scenarios.fail.title }).click();
      t.ok(await restOf(page, failing).isVisible(), 'the same link again');

      await page.goBack();
      await inView(page, `${idle}-counter-f1`);
      await page.goForward();
      await inView(page, failing);
      await page.goto(`${address}#${failing}-main-f6`);
      await inView(page, `${failing}-main-f6`);
      t.strictSame(wrongs, []);
      await close();
    });
  }

  await t.test('on a narrow screen, a link to a frame leads to its scenario', async (t) => {
    const { page, wrongs, close } = await openPage(browser, {
      viewport: { width: 390, height: 844 },
    });
    await page.goto(`${address}#${failing}-main-f6`);
    await inView(page, failing);
    t.ok(await restOf(page, failing).locator('.as-table td').first().isVisible());
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('when the browser is idle, its own search can find everything', async (t) => {
    const { page, wrongs, close } = await open('', true);
    await page.locator('article > noscript').first().waitFor({ state: 'detached' });
    t.equal(await page.locator('article > .rest[hidden=until-found]').count(), shown.length);
    t.equal(await restOf(page, failing).isVisible(), false);
    // What a browser does when its search has found something in there.
    await restOf(page, failing).dispatchEvent('beforematch');
    t.ok(await restOf(page, failing).isVisible());
    t.equal(await buttonOf(page, failing).getAttribute('aria-expanded'), 'true');
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('on paper is everything, and no button', async (t) => {
    const { page, wrongs, close } = await open('');
    await page.pdf();
    t.equal(await page.locator('article > noscript').count(), 0);
    await page.emulateMedia({ media: 'print' });
    t.ok(await restOf(page, idle).locator('svg.ladder').first().isVisible());
    t.equal(await buttonOf(page, idle).isVisible(), false);
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('it is whole without scripts', async (t) => {
    const { page, wrongs, close } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(`${address}#${failing}-main-f6`);
    t.ok(await page.locator(`#${failing}-main-f6`).isVisible());
    for (const anchor of anchors) {
      const rest = restOf(page, anchor);
      t.ok(await rest.locator('svg.ladder').first().isVisible());
      t.ok(await rest.locator('.repeat').isVisible());
      t.equal(await buttonOf(page, anchor).count(), 0, 'no button that does nothing');
    }
    await restOf(page, failing).locator('.payloads > summary').first().click();
    t.match(await restOf(page, failing).locator('.payload pre').first().textContent(), /^0000/);
    t.match(
      await restOf(page, hostile).locator('svg.ladder').first().textContent(),
      closingNoscript,
    );
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('a name off the wire ends no fold', async (t) => {
    const { page, wrongs, close } = await open(`#${hostile}`);
    t.match(
      await restOf(page, hostile).locator('svg.ladder').first().textContent(),
      closingNoscript,
    );
    await restOf(page, hostile).locator('.payloads > summary').first().click();
    t.match(
      await restOf(page, hostile).locator('.message dd').first().textContent(),
      closingNoscript,
    );
    t.equal(await page.locator('script').count(), 3, 'our own');
    t.strictSame(wrongs, []);
    await close();
  });

  await t.test('folded and unfolded, nothing overflows and axe finds nothing', async (t) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const options = { viewport: { width, height: 844 }, colorScheme };
      const { page, wrongs, close } = await openPage(browser, options);
      await page.goto(address);
      for (const anchor of [undefined, failing, hostile]) {
        if (anchor !== undefined) await buttonOf(page, anchor).click();
        const where = `${anchor ?? 'folded'} at ${width}, ${colorScheme}`;
        t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), where);
        t.strictSame(await troublesFor(page), [], where);
      }
      t.strictSame(wrongs, []);
      await close();
    }
  });
});

/** Until the element is where a reader looks: a browser goes there in its own time. */
async function inView(page: Page, id: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => {
      const { top } = document.getElementById('${id}').getBoundingClientRect();
      if (top >= 0 && top < innerHeight) resolve();
      else requestAnimationFrame(look);
    };
    look();
  })`);
}
