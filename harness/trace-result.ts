/**
 * What `pipewrench trace` has seen of a program: a timeline without a scenario, and so without a verdict.
 * Stored as trace.json.
 */
import { z } from 'zod';
import { sides, transports } from './event.ts';
import { machineSchema, terminationSchema } from './result.ts';
import { timelineSchema } from './timeline.ts';

/** Raised when a stored trace can no longer be read by the previous reader. */
export const traceFormat = 1;

/** How a connection ended, as the capture shows it. */
const endingSchema = z.discriminatedUnion('kind', [
  /** `by` sent the first FIN or RST. */
  z.object({
    kind: z.literal('closed'),
    by: z.enum(sides),
    flag: z.enum(['FIN', 'RST']),
    frame: z.number(),
  }),
  /** A SYN that RST answered, or a datagram that ICMP did. */
  z.object({ kind: z.literal('refused'), frame: z.number() }),
  z.object({ kind: z.literal('open') }),
  /** UDP, where nothing is closed. */
  z.object({ kind: z.literal('datagrams') }),
  /** No packet of it was captured. */
  z.object({ kind: z.literal('unknown') }),
]);
export type Ending = z.infer<typeof endingSchema>;

const tracedConnectionSchema = z.object({
  /** Its number in the timeline. */
  connection: z.number().int().positive(),
  tuple: z.string(),
  /** Null when no packet was captured. */
  transport: z.enum(transports).nullable(),
  /** Which end the program was, by its own calls; null when none was recorded. */
  side: z.enum([...sides, 'both']).nullable(),
  /** What went wrong for the program: `RST` that the other end sent, errno names and `EOF` of its calls. */
  errors: z.array(z.string()),
  ending: endingSchema,
  packets: z.number().int().nonnegative(),
  calls: z.number().int().nonnegative(),
});
export type TracedConnection = z.infer<typeof tracedConnectionSchema>;

export const traceResultSchema = z.object({
  format: z.literal(traceFormat),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Program and arguments, as they were given. */
  command: z.array(z.string()).min(1),
  /** Stopped by Ctrl-C or a signal to pipewrench. */
  interrupted: z.boolean(),
  exit: z.object({ code: z.number().int().nullable(), signal: z.string().nullable() }),
  machine: machineSchema,
  /** strace and its version, or why there is none. */
  syscalls: z.string(),
  /** Those that were asked for; empty: whichever the program used. */
  ports: z.array(z.number().int()),
  connections: z.array(tracedConnectionSchema),
  /** Every FIN and RST in the capture. */
  terminations: z.array(terminationSchema),
  timeline: timelineSchema,
  /** In the same folder. Null when nothing was captured. */
  pcap: z.string().nullable(),
});
export type TraceResult = z.infer<typeof traceResultSchema>;
