/** What the reports on a capture are made from, of a capture in memory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openCapture } from '../../captures/reader.ts';
import { explain } from '../../explain/explain.ts';
import { laddersOf } from '../../harness/commands/explain/ladders.ts';
import type { ExplainSource } from '../../reports/explain/source.ts';

export async function explainSource(t: Test, capture: Buffer): Promise<ExplainSource> {
  const file = join(t.testdir(), 'a.pcap');
  writeFileSync(file, capture);
  const explained = await explain(openCapture(file));
  return { file: 'a.pcap', explained, ladders: await laddersOf(file, explained.shown) };
}
