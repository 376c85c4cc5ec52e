/** The published schemas. `make schema` writes them to docs/schema/. */
import { z } from 'zod';
import { blobSchema } from './blob.ts';
import { runResultSchema } from './result.ts';

/** Of `run.json` and of the JSON report. JSON Schema, draft 2020-12. */
export function runJsonSchema(): object {
  return {
    title: 'Result of a pipewrench run',
    ...z.toJSONSchema(runResultSchema, { target: 'draft-2020-12' }),
  };
}

/** Of `blob.json`. JSON Schema, draft 2020-12. */
export function blobJsonSchema(): object {
  return {
    title: 'Manifest of a shard of a pipewrench run',
    ...z.toJSONSchema(blobSchema, { target: 'draft-2020-12' }),
  };
}
