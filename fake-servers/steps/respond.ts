/** Answers to one request that are not what they should be: cut, late in pieces, twice, altered, none. */
import { setTimeout as afterMs } from 'node:timers/promises';
import { z } from 'zod';
import type { Receipt } from '../../harness/event.ts';
import { digestOf } from '../../harness/keys.ts';
import { msSince, nowUs } from '../../kernel/clock.ts';
import type { Answered } from '../talk.ts';
import { type Definition, dataReceipt, type Ending, type Stage, transports } from './definition.ts';
import { checked, count, durationMs, positive } from './numbers.ts';

const sendResponseSchema = z.strictObject({ kind: z.literal('send-response'), bytes: positive });
export type SendResponseStep = z.infer<typeof sendResponseSchema>;

/** Executes one request and sends only the first bytes of its response; the rest is never sent. */
export const sendResponse = (bytes: number): SendResponseStep =>
  checked('sendResponse', sendResponseSchema, { kind: 'send-response', bytes });

export const sendResponseDefinition: Definition<SendResponseStep> = {
  kind: 'send-response',
  summary: 'executes one request and sends only the first bytes of its response',
  code: 'sendResponse(7)',
  forms: [{ words: 'read a request and send the first {bytes:byte} of its response' }],
  schema: sendResponseSchema,
  level: 'message',
  transports: transports.any,
  isFault: true,
  proof: 'a segment of just these bytes at the sequence number after what was sent',
  example: { kind: 'send-response', bytes: 7 },
  perform: (stage, { bytes: wanted }) =>
    respond(stage, async (response) => {
      const bytes = await stage.talk().sealed(response.bytes);
      const reason = `the response has ${bytes.length} bytes, the script wants the first ${wanted}`;
      if (bytes.length < wanted) return { reason };
      return sendPieces(stage, [bytes.subarray(0, wanted)]);
    }),
};

const swallowSchema = z.strictObject({ kind: z.literal('swallow') });
export type SwallowStep = z.infer<typeof swallowSchema>;

/** Executes one request and answers nothing. */
export const swallow = (): SwallowStep => ({ kind: 'swallow' });

export const swallowDefinition: Definition<SwallowStep> = {
  kind: 'swallow',
  summary: 'executes one request and answers nothing',
  code: 'swallow()',
  forms: [{ words: 'read a request, execute it and answer nothing' }],
  schema: swallowSchema,
  level: 'message',
  transports: transports.any,
  isFault: true,
  proof: 'no byte of the upstream after it that another step or answer accounts for',
  example: { kind: 'swallow' },
  perform: (stage) =>
    respond(stage, async () => {
      stage.fired({ receipts: [{ segment: 'SILENCE', fromUs: nowUs() }] });
      return 'done';
    }),
};

const answerTwiceSchema = z.strictObject({ kind: z.literal('answer-twice') });
export type AnswerTwiceStep = z.infer<typeof answerTwiceSchema>;

/** Answers one request with the same response twice. */
export const answerTwice = (): AnswerTwiceStep => ({ kind: 'answer-twice' });

export const answerTwiceDefinition: Definition<AnswerTwiceStep> = {
  kind: 'answer-twice',
  summary: 'answers one request with the same response twice',
  code: 'answerTwice()',
  forms: [{ words: 'answer a request twice' }],
  schema: answerTwiceSchema,
  level: 'message',
  transports: transports.any,
  isFault: true,
  proof: 'two segments of the same bytes, one after the other',
  example: { kind: 'answer-twice' },
  perform: (stage) =>
    respond(stage, (response) => {
      stage.talk().served(response);
      return sendResponses(stage, [response.bytes, response.bytes]);
    }),
};

const answerReversedSchema = z.strictObject({
  kind: z.literal('answer-reversed'),
  count: positive.min(2, 'expected at least 2 requests'),
});
export type AnswerReversedStep = z.infer<typeof answerReversedSchema>;

/** Reads this many requests and answers the last one first. */
export const answerReversed = (count: number): AnswerReversedStep =>
  checked('answerReversed', answerReversedSchema, { kind: 'answer-reversed', count });

export const answerReversedDefinition: Definition<AnswerReversedStep> = {
  kind: 'answer-reversed',
  summary: 'reads this many requests and answers the last one first',
  code: 'answerReversed(2)',
  forms: [{ words: 'answer {count:request} in reverse order' }],
  schema: answerReversedSchema,
  level: 'message',
  transports: transports.any,
  needs: 'reorder',
  isFault: true,
  proof: 'the segments of the responses, in reverse order',
  example: { kind: 'answer-reversed', count: 2 },
  async perform(stage, { count: wanted }) {
    const talk = stage.talk();
    const responses: Answered[] = [];
    while (responses.length < wanted) {
      const response = await talk.execute();
      if (!response) return talk.isOver ? stage.finished() : stage.clientLeft();
      responses.unshift(response);
    }
    for (const response of responses) talk.served(response);
    return sendResponses(
      stage,
      responses.map(({ bytes }) => bytes),
    );
  },
};

const wrongIdSchema = z.strictObject({ kind: z.literal('answer-wrong-id') });
export type AnswerWrongIdStep = z.infer<typeof wrongIdSchema>;

/** Answers one request under an id (a sequence number) that is not the request's. */
export const answerWrongId = (): AnswerWrongIdStep => ({ kind: 'answer-wrong-id' });

export const answerWrongIdDefinition: Definition<AnswerWrongIdStep> = {
  kind: 'answer-wrong-id',
  summary: "answers one request under an id or sequence number that is not the request's",
  code: 'answerWrongId()',
  forms: [{ words: 'answer a request under a wrong id' }],
  schema: wrongIdSchema,
  level: 'message',
  transports: transports.any,
  needs: 'wrong-id',
  isFault: true,
  proof: 'a segment of just these altered bytes',
  example: { kind: 'answer-wrong-id' },
  perform: (stage) =>
    respond(stage, (response) => {
      const altered = stage.talk().conversation.withWrongId?.(response) ?? response;
      return sendResponses(stage, [altered.bytes]);
    }),
};

const truncateSchema = z.strictObject({ kind: z.literal('truncate') });
export type TruncateStep = z.infer<typeof truncateSchema>;

/** Answers one request with a response that says it was truncated (DNS: the TC bit). */
export const truncate = (): TruncateStep => ({ kind: 'truncate' });

export const truncateDefinition: Definition<TruncateStep> = {
  kind: 'truncate',
  summary: 'answers one request with a response that says it was truncated (DNS: TC)',
  code: 'truncate()',
  forms: [{ words: 'answer a request truncated' }],
  schema: truncateSchema,
  level: 'message',
  transports: transports.any,
  needs: 'truncate',
  isFault: true,
  proof: 'a segment of just these altered bytes',
  example: { kind: 'truncate' },
  perform: (stage) =>
    respond(stage, (response) => {
      const altered = stage.talk().conversation.truncated?.(response) ?? response;
      return sendResponses(stage, [altered.bytes]);
    }),
};

const corruptSchema = z.strictObject({ kind: z.literal('corrupt'), offsetBytes: count });
export type CorruptStep = z.infer<typeof corruptSchema>;

/** Answers one request with every bit of one byte of the response flipped, counted from 0. */
export const corrupt = (offsetBytes: number): CorruptStep =>
  checked('corrupt', corruptSchema, { kind: 'corrupt', offsetBytes });

export const corruptDefinition: Definition<CorruptStep> = {
  kind: 'corrupt',
  summary: 'answers one request with the bits of one byte of the response flipped',
  code: 'corrupt(5)',
  forms: [{ words: 'corrupt the response after {offsetBytes:byte}' }],
  schema: corruptSchema,
  level: 'message',
  transports: transports.any,
  isFault: true,
  proof: 'a segment of just these altered bytes',
  example: { kind: 'corrupt', offsetBytes: 5 },
  perform: (stage, { offsetBytes }) =>
    respond(stage, async (response) => {
      const bytes = await stage.talk().sealed(response.bytes);
      const byte = bytes[offsetBytes];
      const reason = `the response has ${bytes.length} bytes, none after ${offsetBytes}`;
      if (byte === undefined) return { reason };
      const altered = Buffer.from(bytes);
      altered[offsetBytes] = byte ^ 0xff;
      return sendPieces(stage, [altered]);
    }),
};

const dripSchema = z.strictObject({
  kind: z.literal('drip'),
  bytes: positive,
  everyMs: durationMs,
});
export type DripStep = z.infer<typeof dripSchema>;

/** Answers one request, so many bytes of the response at a time. */
export const drip = ({ bytes, everyMs }: { bytes: number; everyMs: number }): DripStep =>
  checked('drip', dripSchema, { kind: 'drip', bytes, everyMs });

export const dripDefinition: Definition<DripStep> = {
  kind: 'drip',
  summary: 'answers one request, so many bytes of the response at a time',
  code: 'drip({ bytes: 1, everyMs: 5 })',
  forms: [{ words: 'drip the response, {bytes:byte} every {everyMs:ms}' }],
  schema: dripSchema,
  level: 'message',
  transports: transports.tcp,
  isFault: true,
  proof: 'the segments of the pieces, one after the other',
  example: { kind: 'drip', bytes: 10, everyMs: 2 },
  perform: (stage, { bytes: size, everyMs }) =>
    respond(stage, async (response) => {
      stage.talk().served(response);
      const bytes = await stage.talk().sealed(response.bytes);
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      return sendPieces(stage, pieces, everyMs);
    }),
};

async function respond(
  stage: Stage,
  act: (response: Answered) => Promise<Ending>,
): Promise<Ending> {
  const talk = stage.talk();
  const response = await talk.execute();
  if (!response) return talk.isOver ? stage.finished() : stage.clientLeft();
  return act(response);
}

async function sendResponses(stage: Stage, responses: readonly Buffer[]): Promise<Ending> {
  const sealed: Buffer[] = [];
  for (const response of responses) sealed.push(await stage.talk().sealed(response));
  return sendPieces(stage, sealed);
}

/**
 * The initial congestion window has room for ten segments (RFC 6928); what goes beyond it waits in the
 * kernel, which then joins it.
 */
const segmentsInFlightMax = 8;

/** Each piece in a segment of its own; recorded when the kernel has taken them all. */
async function sendPieces(
  stage: Stage,
  pieces: readonly Buffer[],
  everyMs?: number,
): Promise<Ending> {
  const { channel, signal } = stage;
  // A request of some protocols is answered with nothing, and no segment shows nothing.
  const some = pieces.filter(({ length }) => length > 0);
  if (some.length === 0) return { reason: 'the response has no bytes' };
  const before = stage.progress();
  const startedUs = nowUs();
  const receipts: Receipt[] = [];
  for (const [index, piece] of some.entries()) {
    if (index > 0 && everyMs !== undefined) await afterMs(everyMs, undefined, { signal });
    if (index > 0 && index % segmentsInFlightMax === 0) await stage.acknowledged();
    receipts.push(dataReceipt(stage.progress(), piece, digestOf(piece)));
    await channel.send(piece);
  }
  stage.fired({ before, receipts, ...(everyMs !== undefined && { waitedMs: msSince(startedUs) }) });
  return 'done';
}
