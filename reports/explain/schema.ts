/** The published schema of `pipewrench explain --format json`. `make schema` writes it to docs/schema/. */
import { z } from 'zod';
import { diagnosisNames } from '../../explain/diagnosis.ts';
import { type ExplainDocument, explainFormat } from './json.ts';

const count = z.number().int().nonnegative();
const moment = { frame: z.number().int().positive(), atUs: z.number() };
const side = z.enum(['client', 'upstream']);

const end = z.object({
  address: z.string(),
  packets: count,
  bytes: count,
  retransmissions: count,
  state: z
    .enum([
      'CLOSED',
      'SYN-SENT',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSE-WAIT',
      'CLOSING',
      'LAST-ACK',
      'TIME-WAIT',
    ])
    .nullable()
    .describe('RFC 9293 section 3.3.2, when the capture ends; null over UDP'),
});

const finding = z.object({
  name: z.enum(diagnosisNames),
  story: z.string(),
  figures: z
    .object({
      idleUs: count.exactOptional().describe('since anything was said, when the upstream closed'),
      during: z.enum(['login', 'tls-handshake', 'answer']).exactOptional(),
      pieces: z
        .object({ count, largestBytes: count })
        .exactOptional()
        .describe('segments of an answer that came in many'),
    })
    .exactOptional()
    .describe('what the story tells, for programs'),
  proof: z.array(z.object({ ...moment, what: z.string() })),
});

const connection = z.object({
  number: z.number().int().positive().describe('among the connections of its transport'),
  transport: z.enum(['tcp', 'udp']),
  protocol: z.enum(['dns', 'http', 'mysql', 'postgres', 'redis', 'tls', 'unknown']),
  client: end,
  upstream: end,
  isGuessed: z.boolean().describe('which end is the client: its SYN is not in the capture'),
  first: z.object(moment),
  last: z.object(moment),
  requests: count,
  answers: count,
  closed: z
    .object({ ...moment, by: side, flag: z.enum(['FIN', 'RST']), relativeSeq: z.number() })
    .nullable()
    .describe('the first FIN or RST'),
  findings: z.array(finding),
});

export const explainSchema = z.object({
  format: z.literal(explainFormat),
  file: z.string(),
  capture: z.object({
    format: z.enum(['pcap', 'pcapng']),
    frames: count,
    othersFrames: count.describe('no TCP, UDP or ICMP, or cut within their headers'),
    sizeBytes: count,
    first: z.object(moment).nullable(),
    last: z.object(moment).nullable(),
    drops: count.nullable().describe('null when the file does not tell'),
    stopped: z
      .object({ offsetBytes: count, reason: z.string() })
      .nullable()
      .describe('where reading stopped before the end of the file'),
  }),
  connections: z.object({ tcp: count, udp: count }),
  counts: z.partialRecord(z.enum(diagnosisNames), count),
  shown: z.array(connection).describe('all with findings, then others, each up to a limit'),
  upstreams: z.array(
    z.object({
      address: z.string(),
      connections: count,
      idleLimit: z.object({ us: z.number(), connections: count }).nullable(),
    }),
  ),
});

/** Fails to compile as soon as the schema and the type say different things, either way. */
type Same<A, B> = [A, B] extends [B, A] ? true : never;
const isOfTheType: Same<z.infer<typeof explainSchema>, ExplainDocument> = true;

/** JSON Schema, draft 2020-12. */
export function explainJsonSchema(): object {
  return {
    title: isOfTheType && 'What pipewrench explain found in a capture',
    ...z.toJSONSchema(explainSchema, { target: 'draft-2020-12' }),
  };
}
