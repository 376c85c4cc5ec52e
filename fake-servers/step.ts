/**
 * What a fake upstream can do on one connection, as data: a script is a list of these, played in
 * order. The script is the timeline of the upstream.
 */
import { type AnnounceIdleStep, announceIdleDefinition } from './steps/announce.ts';
import { type AnswerStep, answerDefinition } from './steps/answer.ts';
import {
  type CloseStep,
  closeDefinition,
  type HalfCloseStep,
  halfCloseDefinition,
  type ResetStep,
  resetDefinition,
} from './steps/break.ts';
import { type CertificateStep, certificateDefinition } from './steps/certificate.ts';
import type { Definition, Ending, Level, Stage } from './steps/definition.ts';
import { type ReadStep, readDefinition } from './steps/read.ts';
import {
  type AnswerReversedStep,
  type AnswerTwiceStep,
  type AnswerWrongIdStep,
  answerReversedDefinition,
  answerTwiceDefinition,
  answerWrongIdDefinition,
  type CorruptStep,
  corruptDefinition,
  type DripStep,
  dripDefinition,
  type SendResponseStep,
  type SwallowStep,
  sendResponseDefinition,
  swallowDefinition,
  type TruncateStep,
  truncateDefinition,
} from './steps/respond.ts';
import {
  type CloseNotifyStep,
  closeNotifyDefinition,
  type FarewellStep,
  farewellDefinition,
  type PushStep,
  pushDefinition,
  type SendStep,
  sendDefinition,
} from './steps/send.ts';
import { type ServeUntilStep, serveUntilDefinition } from './steps/serve-until.ts';
import { type ServerClosesStep, serverClosesDefinition } from './steps/server-closes.ts';
import {
  type ComeBackStep,
  comeBackDefinition,
  type VanishStep,
  vanishDefinition,
} from './steps/vanish.ts';
import {
  type DelayStep,
  delayDefinition,
  type UntilGateStep,
  type UntilIdleStep,
  untilGateDefinition,
  untilIdleDefinition,
} from './steps/wait.ts';
import {
  type ResumeReadingStep,
  resumeReadingDefinition,
  type StopReadingStep,
  stopReadingDefinition,
} from './steps/window.ts';
import { say, understand, type Values } from './words.ts';

export { announceIdle } from './steps/announce.ts';
export { answer, answerAll } from './steps/answer.ts';
export { close, halfClose, reset } from './steps/break.ts';
export { certificate } from './steps/certificate.ts';
export { read } from './steps/read.ts';
export {
  answerReversed,
  answerTwice,
  answerWrongId,
  corrupt,
  drip,
  sendResponse,
  swallow,
  truncate,
} from './steps/respond.ts';
export { closeNotify, farewell, push, send } from './steps/send.ts';
export { serveUntil } from './steps/serve-until.ts';
export { serverCloses } from './steps/server-closes.ts';
export { comeBack, vanish } from './steps/vanish.ts';
export { delay, untilGate, untilIdle } from './steps/wait.ts';
export { resumeReading, stopReading } from './steps/window.ts';

export type Step =
  | AnswerStep
  | AnnounceIdleStep
  | ServeUntilStep
  | ServerClosesStep
  | ReadStep
  | UntilIdleStep
  | UntilGateStep
  | DelayStep
  | SendResponseStep
  | SwallowStep
  | AnswerTwiceStep
  | AnswerReversedStep
  | AnswerWrongIdStep
  | TruncateStep
  | CorruptStep
  | DripStep
  | SendStep
  | PushStep
  | FarewellStep
  | CloseNotifyStep
  | CertificateStep
  | StopReadingStep
  | ResumeReadingStep
  | VanishStep
  | ComeBackStep
  | HalfCloseStep
  | CloseStep
  | ResetStep;

type Definitions = { [K in Step['kind']]: Definition<Extract<Step, { kind: K }>> };

/** Every step there is, in the order of the reference. */
export const definitions: Definitions = {
  answer: answerDefinition,
  'announce-idle': announceIdleDefinition,
  'serve-until': serveUntilDefinition,
  'server-closes': serverClosesDefinition,
  read: readDefinition,
  'until-idle': untilIdleDefinition,
  'until-gate': untilGateDefinition,
  delay: delayDefinition,
  'send-response': sendResponseDefinition,
  swallow: swallowDefinition,
  'answer-twice': answerTwiceDefinition,
  'answer-reversed': answerReversedDefinition,
  'answer-wrong-id': answerWrongIdDefinition,
  truncate: truncateDefinition,
  corrupt: corruptDefinition,
  drip: dripDefinition,
  send: sendDefinition,
  push: pushDefinition,
  farewell: farewellDefinition,
  'close-notify': closeNotifyDefinition,
  certificate: certificateDefinition,
  'stop-reading': stopReadingDefinition,
  'resume-reading': resumeReadingDefinition,
  vanish: vanishDefinition,
  'come-back': comeBackDefinition,
  'half-close': halfCloseDefinition,
  close: closeDefinition,
  reset: resetDefinition,
};

/** The definition of a step, for whoever does not care which one it is. */
export function definitionOf(step: Step): Definition<Step> {
  return definitions[step.kind] as unknown as Definition<Step>;
}

/** The step in words. */
export function explain(step: Step): string {
  const { kind: _, ...values } = step;
  return say(definitionOf(step).forms, values as Values);
}

/** The step that is explained so; undefined when there is none. */
export function stepFromWords(text: string): Step | undefined {
  for (const { kind, forms, schema } of Object.values(definitions)) {
    const values = understand(forms, text);
    const parsed = values && schema.safeParse({ kind, ...values });
    if (parsed?.success) return parsed.data;
  }
  return undefined;
}

/** Whether the step breaks the connection or the protocol, so that the control run leaves it out. */
export function isFault(step: Step): boolean {
  return definitionOf(step).isFault;
}

/** Whether nothing can follow, because the connection is gone. */
export function endsConnection(step: Step): boolean {
  return definitionOf(step).endsConnection === true;
}

/** What the step needs of the connection that it is played on. */
export function levelOf(step: Step): Level {
  const { level } = definitionOf(step);
  return typeof level === 'function' ? level(step) : level;
}

/** Makes what the steps need that are played, once for all of them. */
export function prepareFor(steps: readonly Step[]): void {
  for (const prepare of new Set(steps.map((step) => definitionOf(step).prepare))) prepare?.();
}

export function perform(stage: Stage, step: Step): Promise<Ending> {
  return definitionOf(step).perform(stage, step);
}

/** The gate that a step waits for, if it waits for one. */
export function gateOf(step: Step): string | undefined {
  return 'gate' in step ? step.gate : undefined;
}
