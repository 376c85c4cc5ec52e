/** What a page does to those who cannot see it or use no mouse, as far as axe can tell. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or worse. */
export async function troublesFor(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] })",
  )) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html: node }) => node)
          .slice(0, 3)
          .join(' ')}`,
    );
}
