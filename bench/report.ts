/**
 * What a report of many scenarios costs: to write, and to open in Chromium, from the request for the page
 * until it is painted. The one page is opened at its top, and at the diagram of its last scenario.
 * usage: node build/bench/report.js [scenarios] [rounds]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { anchorsOf } from '../reports/html/anchors.ts';
import { html, htmlFiles } from '../reports/html/html.tsx';
import type { ReportSource } from '../reports/source.ts';
import { startChromium, whyNoChromium } from '../test/reports/browser/chromium.ts';
import { friendlyRun, sourceOf } from '../test/reports/fixture.ts';
import { numberFrom } from './arguments.ts';
import { formatMs, spread } from './statistics.ts';

const scenarioCount = numberFrom(process.argv[2], {
  name: 'scenarios',
  initial: 500,
  min: 1,
  max: 5000,
});
const rounds = numberFrom(process.argv[3], { name: 'rounds', initial: 9, min: 1, max: 1000 });

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const folder = mkdtempSync(join(tmpdir(), 'pipewrench-bench-'));
try {
  const source = sourceOfMany(scenarioCount);
  console.log(`report of ${scenarioCount} scenarios, ${rounds} rounds`);
  const files = timed(() => writeFiles(source));
  console.log(
    `folder    ${files.result.count} files, ${megabytes(files.result.bytes)}, written in ${files.ms.toFixed(0)} ms`,
  );
  const one = timed(() => writeFileSync(join(folder, 'one-page.html'), html(source)));
  const { size } = statSync(join(folder, 'one-page.html'));
  console.log(`one page  ${megabytes(size)}, written in ${one.ms.toFixed(0)} ms`);
  if (whyNoChromium) console.log(`not opened: ${whyNoChromium}`);
  else await openAll(anchorsOf(source.run.scenarios).at(-1) ?? '');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The fixture's scenarios over and over, each in a folder of its own. */
function sourceOfMany(count: number): ReportSource {
  const scenarios = Array.from({ length: count }, (_, index) => {
    const scenario = friendlyRun.scenarios[index % friendlyRun.scenarios.length];
    if (!scenario) throw new Error('the fixture has scenarios');
    return {
      ...scenario,
      path: `n${index}/${scenario.path}`,
      folder: `n${index}/${scenario.folder}`,
      title: `${scenario.title}, ${index}`,
    };
  });
  return sourceOf({ ...friendlyRun, planned: count, scenarios });
}

function writeFiles(source: ReportSource): { count: number; bytes: number } {
  let [count, bytes] = [0, 0];
  for (const { path, text } of htmlFiles(source)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    count += 1;
    bytes += Buffer.byteLength(text);
  }
  return { count, bytes };
}

function timed<T>(run: () => T): { result: T; ms: number } {
  const startMs = performance.now();
  const result = run();
  return { result, ms: performance.now() - startMs };
}

/** @param last Anchor of the last scenario on the one page. */
async function openAll(last: string): Promise<void> {
  const browser = await startChromium();
  try {
    const scenario = 'n0/dns/idle-connection-closed/report.html';
    for (const [name, address] of [
      ['overview', 'report.html'],
      ['scenario', scenario],
      ['one page', 'one-page.html'],
      ['  its end', `one-page.html#${last}-main-f1`],
    ] as const) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) times.push(await openMs(browser, address));
      console.log(`${name}  opens in ${formatMs(spread(times))}`);
    }
  } finally {
    await browser.close();
  }
}

/** In a context of its own, so that nothing is cached. */
async function openMs(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const startMs = performance.now();
  await page.goto(new URL(address, pathToFileURL(`${folder}/`)).href);
  // The frame after the next one begins when the page has been painted.
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
  const tookMs = performance.now() - startMs;
  await context.close();
  return tookMs;
}
