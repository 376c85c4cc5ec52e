/** Every recorder's events of one execution, joined onto one clock. What judges and reports read. */
import { z } from 'zod';
import { eventSchema, gapSchema } from './event.ts';

export const timelineSchema = z.object({
  /** Connections by number, in the order in which they first appear. Number n is at index n - 1. */
  connections: z.array(z.string()),
  /** Ordered by time; events of one recorder keep their order. */
  events: z.array(eventSchema),
  gaps: z.array(gapSchema),
});
export type Timeline = z.infer<typeof timelineSchema>;

/** The number of a connection in this timeline, or undefined when it does not appear there. */
export function connectionNumber(timeline: Timeline, tuple: string): number | undefined {
  const index = timeline.connections.indexOf(tuple);
  return index === -1 ? undefined : index + 1;
}
