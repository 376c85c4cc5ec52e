/** What the recorders saw in one execution: saved before it is judged, and judged from what was saved. */
import { z } from 'zod';
import { gapSchema, programFactsSchema, recordedEventSchema, transports } from './event.ts';
import { executionNames } from './result.ts';

/** A port of an upstream, and what is spoken on it. A UDP port and a TCP port of one number are two. */
const endpointSchema = z.object({
  port: z.number().int().positive(),
  transport: z.enum(transports),
  protocol: z.string(),
});
export type RecordedEndpoint = z.infer<typeof endpointSchema>;

export const evidenceSchema = z.object({
  execution: z.enum(executionNames),
  client: z.string(),
  /** Whether the rules about kept connections apply to that client. */
  isPool: z.boolean(),
  /** Set for a client in a process of its own. */
  program: programFactsSchema.optional(),
  /** Set where a real server answers behind the script. */
  isForwarded: z.literal(true).optional(),
  /** In the order of the script. */
  endpoints: z.array(endpointSchema).min(1),
  events: z.array(recordedEventSchema),
  gaps: z.array(gapSchema),
  /** Packets in the pcap; fewer in the file means that it was cut. Null when none was captured. */
  packetCount: z.number().int().nonnegative().nullable(),
  elapsedMs: z.number().nonnegative(),
  /** Of which nothing was to be done while the workload was played: for timers of scripts, clients and kernel. */
  waitedMs: z.number().nonnegative(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
