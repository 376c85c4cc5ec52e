/** Arbitrary upstream steps, of every kind there is. */
import fc from 'fast-check';
import {
  announceIdle,
  answer,
  answerAll,
  answerReversed,
  answerTwice,
  answerWrongId,
  certificate,
  close,
  closeNotify,
  comeBack,
  corrupt,
  delay,
  drip,
  endsConnection,
  farewell,
  halfClose,
  push,
  read,
  reset,
  resumeReading,
  type Step,
  send,
  sendResponse,
  serverCloses,
  serveUntil,
  stopReading,
  swallow,
  truncate,
  untilGate,
  untilIdle,
  vanish,
} from '../../fake-servers/step.ts';

const few = fc.integer({ min: 1, max: 5 });
const shortMs = fc.integer({ min: 1, max: 3 });
/** Also what a careless reader of quotes and places would stumble over. */
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }),
  fc.constantFrom('"', '\\', '\\"', '$&', '\n', '{gate:text}', '" unasked', 'a" opens'),
);

const side = fc.constantFrom('client', 'upstream', 'both');
const flag = fc.constantFrom('FIN', 'RST');

type Arbitraries = { [K in Step['kind']]: fc.Arbitrary<Extract<Step, { kind: K }>> };

export const stepOf: Arbitraries = {
  answer: fc.oneof(few.map(answer), fc.constant(answerAll())),
  'serve-until': fc.oneof(
    few.map((bytesRead) => serveUntil({ bytesRead })),
    few.map((bytesSent) => serveUntil({ bytesSent })),
    few.map((request) => serveUntil({ request })),
    text.map((matching) => serveUntil({ matching })),
    shortMs.map((elapsedMs) => serveUntil({ elapsedMs })),
    shortMs.map((idleMs) => serveUntil({ idleMs })),
    text.map((gate) => serveUntil({ gate })),
  ),
  read: few.map(read),
  'until-idle': shortMs.map((ms) => untilIdle({ ms })),
  'until-gate': text.map(untilGate),
  delay: shortMs.map(delay),
  'send-response': few.map(sendResponse),
  swallow: fc.constant(swallow()),
  'answer-twice': fc.constant(answerTwice()),
  'answer-reversed': fc.integer({ min: 2, max: 4 }).map(answerReversed),
  'answer-wrong-id': fc.constant(answerWrongId()),
  truncate: fc.constant(truncate()),
  corrupt: fc.nat({ max: 5 }).map(corrupt),
  'server-closes': fc.constant(serverCloses()),
  'announce-idle': fc.nat({ max: 20_000 }).map((ms) => announceIdle({ ms })),
  drip: fc.record({ bytes: few, everyMs: shortMs }).map(drip),
  send: text.map(send),
  push: fc.constant(push()),
  farewell: fc.constant(farewell()),
  'close-notify': fc.constant(closeNotify()),
  certificate: fc.constantFrom('expired', 'self-signed', 'wrong-name').map(certificate),
  'stop-reading': fc.constant(stopReading()),
  'resume-reading': fc.constant(resumeReading()),
  vanish: fc.record({ from: side, only: flag }, { requiredKeys: [] }).map(vanish),
  'come-back': fc.constant(comeBack()),
  'half-close': fc.constant(halfClose()),
  close: fc.constant(close()),
  reset: fc.constant(reset()),
};

export const step: fc.Arbitrary<Step> = fc.oneof(...Object.values<fc.Arbitrary<Step>>(stepOf));

/** Steps of one connection that can be played to their end. */
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 5 }).map((list) => {
  const end = list.findIndex(endsConnection);
  return end === -1 ? list : list.slice(0, end + 1);
});
