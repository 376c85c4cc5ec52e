/** What the recorders saw in one execution: saved before it is judged, and judged from what was saved. */
import { z } from 'zod';
import { gapSchema, recordedEventSchema } from './event.ts';
import { executionNames } from './result.ts';

export const evidenceSchema = z.object({
  execution: z.enum(executionNames),
  client: z.string(),
  /** Whether the rules about kept connections apply to that client. */
  isPool: z.boolean(),
  protocol: z.string(),
  upstreamPort: z.number().int().positive(),
  events: z.array(recordedEventSchema),
  gaps: z.array(gapSchema),
  /** Packets in the pcap; fewer in the file means that it was cut. Null when none was captured. */
  packetCount: z.number().int().nonnegative().nullable(),
  elapsedMs: z.number().nonnegative(),
  /** Of which waits that the script or the workload asked for. */
  waitedMs: z.number().nonnegative(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
