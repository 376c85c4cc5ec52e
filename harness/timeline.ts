/** Every recorder's events of one execution, joined onto one clock. What judges and reports read. */
import { z } from 'zod';
import { eventSchema, gapSchema, programFactsSchema } from './event.ts';

export const timelineSchema = z.object({
  /** Connections by number, in the order in which they first appear. Number n is at index n - 1. */
  connections: z.array(z.string()),
  /** Ordered by time; events of one recorder keep their order. */
  events: z.array(eventSchema),
  gaps: z.array(gapSchema),
  /** Set for a client in a process of its own: its calls are known from outside. */
  program: programFactsSchema.optional(),
  /** Set where a real server answers behind the script: bytes are passed on, and nobody reads what they say. */
  isForwarded: z.literal(true).optional(),
});
export type Timeline = z.infer<typeof timelineSchema>;

/** Asked for each event of a timeline, which may have thousands of connections. */
const numbersOf = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** The number of a connection in this timeline, or undefined when it does not appear there. */
export function connectionNumber({ connections }: Timeline, tuple: string): number | undefined {
  const known = numbersOf.get(connections);
  const numbers = known ?? new Map(connections.map((name, index) => [name, index + 1]));
  if (!known) numbersOf.set(connections, numbers);
  return numbers.get(tuple);
}
