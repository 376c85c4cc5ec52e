/** The published schema of `run.json` and of the JSON report. `make schema` writes it to docs/schema/. */
import { z } from 'zod';
import { runResultSchema } from './result.ts';

/** JSON Schema, draft 2020-12. */
export function runJsonSchema(): object {
  return {
    title: 'Result of a pipewrench run',
    ...z.toJSONSchema(runResultSchema, { target: 'draft-2020-12' }),
  };
}
