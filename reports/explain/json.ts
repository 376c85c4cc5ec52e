/** What was found, as docs/schema/explain.schema.json describes it. */
import type { Explained } from '../../explain/result.ts';
import { jsonText } from '../json.ts';
import type { ExplainSource } from './source.ts';

/** Raised when a reader of the one before can no longer read it. */
export const explainFormat = 1;

export interface ExplainDocument extends Explained {
  format: typeof explainFormat;
  file: string;
}

export function json({ file, explained }: ExplainSource): string {
  const document: ExplainDocument = { format: explainFormat, file, ...explained };
  return jsonText(document);
}
