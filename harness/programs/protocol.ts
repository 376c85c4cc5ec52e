/** The lines of docs/client-protocol.md, version 1: what a program writes, as schemas. */
import { z } from 'zod';
import {
  type ClientEvent,
  clientEventSchema,
  clientEventTypes,
  type Operation,
  statsSchema,
} from '../event.ts';
import { shown } from './lines.ts';

const protocolVersion = 1;
export const lineBytesMax = 1024 * 1024;
/** Of all lines in one execution. */
export const outputBytesMax = 16 * 1024 * 1024;

const operationKinds = ['query', 'update', 'statement', 'fetch', 'command'] as const;
operationKinds satisfies readonly Operation['kind'][];

/** Counters have a call of their own. */
const publishedTypes = clientEventTypes.filter((type) => type !== 'stats');

const helloSchema = z.object({
  pipewrench: z.literal(protocolVersion),
  name: z.string().regex(/^[\w.-]+$/, 'expected letters, digits, ".", "_" and "-"'),
  description: z.string().regex(/^[^\n\r]+$/, 'expected one line'),
  protocols: z.array(z.string()).min(1),
  operations: z.array(z.enum(operationKinds)).min(1),
  isPool: z.boolean(),
  publishes: z.array(z.enum(publishedTypes)).default([]),
});
export type Hello = z.infer<typeof helloSchema>;

const id = z.number().int().positive();
const failureSchema = z.object({ id, error: z.string().min(1), message: z.string().default('') });

/** What a call is replied to with, when it does not fail. Others have nothing to tell. */
function successSchema(call: string): z.ZodType<Reply> {
  switch (call) {
    case 'request':
      return z.object({ id, answer: z.string() });
    case 'stats':
      return z.object({ id, stats: statsSchema });
    default:
      return z.object({ id });
  }
}

/** A call without its id: one of the page, or one of another version of it. */
export interface Call {
  call: string;
  [detail: string]: unknown;
}

/** What a call came to: its failure, or what its kind is replied to with. */
export interface Reply {
  id: number;
  failure?: { error: string; message: string };
  answer?: string;
  stats?: z.infer<typeof statsSchema>;
}

/** A line that is none of the page. The message holds the line. */
export class NotALine extends Error {
  override readonly name = 'NotALine';
}

/** @param line As the program wrote it, without its end. Throws NotALine. */
export function parseObject(line: Buffer): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    // The decoder throws a TypeError of its own that says no more than this.
    throw new NotALine(`it wrote what is not UTF-8: ${shown(line.toString('latin1'))}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotALine(`it wrote a line that is not JSON: ${shown(text)}`);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  if (!parsed.success) throw new NotALine(`it wrote a line that is no object: ${shown(text)}`);
  return parsed.data;
}

/** Throws NotALine. */
export function parseHello(line: Buffer): Hello {
  return checked(helloSchema, parseObject(line), line, 'hello');
}

/** Throws NotALine. @param call What the id was given to. */
export function parseReply(call: string, object: Record<string, unknown>, line: Buffer): Reply {
  if (object.error !== undefined) {
    const { id, ...failure } = checked(failureSchema, object, line, `reply to ${call}`);
    return { id, failure };
  }
  return checked(successSchema(call), object, line, `reply to ${call}`);
}

const eventTypeSchema = z.object({ event: z.enum(publishedTypes) });

/** Clocks of some languages are rounded. */
const clockSlackUs = 1_000_000;

/**
 * The event as it is recorded.
 * @param time When the client was opened, and when the line was read, in microseconds since the epoch.
 * Throws NotALine, also for a time of its own that is not between them.
 */
export function parseEvent(
  object: Record<string, unknown>,
  line: Buffer,
  { openedUs, nowUs }: { openedUs: number; nowUs: number },
): ClientEvent {
  const { event: type } = checked(eventTypeSchema, object, line, 'event');
  const { event: _, ...details } = object;
  const stamped = { atUs: nowUs, ...details, source: 'client', type };
  const event = checked(clientEventSchema, stamped, line, `event "${type}"`);
  if (event.atUs < openedUs - clockSlackUs || event.atUs > nowUs + clockSlackUs) {
    throw new NotALine(
      `its event is not of this execution: atUs must be microseconds since the epoch: ${shown(line.toString())}`,
    );
  }
  return event;
}

function checked<T>(schema: z.ZodType<T>, value: unknown, line: Buffer, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).replace(/\s+/g, ' ');
  throw new NotALine(`it wrote a ${what} that is not one: ${why}: ${shown(line.toString())}`);
}
