/** Arbitrary upstream steps. */
import fc from 'fast-check';
import {
  answer,
  answerAll,
  close,
  endsConnection,
  halfClose,
  read,
  reset,
  type Step,
  send,
  sendResponse,
  untilGate,
  untilIdle,
} from '../../fake-servers/step.ts';

const few = fc.integer({ min: 1, max: 5 });

export const step: fc.Arbitrary<Step> = fc.oneof(
  few.map(answer),
  fc.constant(answerAll()),
  few.map(read),
  fc.nat({ max: 5 }).map(sendResponse),
  fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }).map(send),
  fc.constant(halfClose()),
  fc.constant(close()),
  fc.constant(reset()),
  fc.integer({ min: 1, max: 3 }).map((ms) => untilIdle({ ms })),
  fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }).map(untilGate),
);

/** Steps of one connection that can be played to their end. */
export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 5 }).map((list) => {
  const end = list.findIndex(endsConnection);
  return end === -1 ? list : list.slice(0, end + 1);
});
