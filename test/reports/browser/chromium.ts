/** Pages in a real Chromium, which is not part of the npm packages: Debian's is driven. */
import {
  type Browser,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from 'playwright-core';
import { findProgram } from '../../../kernel/programs.ts';
import { whyNo } from '../../support/why-no.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'] as const;
const program = names.flatMap((name) => findProgram(name) ?? [])[0];

export const whyNoChromium = whyNo(...names);

export async function startChromium(): Promise<Browser> {
  if (program === undefined) throw new Error('chromium is not installed');
  // Its own sandbox needs a namespace that root of a container may not make.
  return driver.launch({ executablePath: program, args: ['--no-sandbox'] });
}

export interface Watched {
  page: Page;
  /** What a page must not do: complain, throw, ask for anything but documents of the report, open a dialog. */
  wrongs: string[];
  close(): Promise<void>;
}

/** A page in a context of its own, watched from its start. */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<Watched> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrongs.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`threw: ${error.message}`));
  page.on('dialog', async (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    const isOurs = request.isNavigationRequest() && request.url().startsWith('file://');
    if (!isOurs) wrongs.push(`request: ${request.url()}`);
  });
  return { page, wrongs, close: () => context.close() };
}
