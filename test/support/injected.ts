/** Which diagnoses name a fault rightly, from the steps that were proved to have happened. */
import type { DiagnosisName } from '../../explain/diagnosis.ts';
import type { ExecutionResult, ReceiptResult } from '../../harness/result.ts';

type Names = readonly DiagnosisName[];

/** What a FIN is, by what it found the connection doing. */
const closed: Names = [
  'idle-close',
  'idle-close-race',
  'half-close-not-understood',
  'close-wait-leak',
  'died-before-response',
  'died-in-mid-response',
];
const reset: Names = [
  'reset-while-idle',
  'closed-with-unread-data',
  'died-in-mid-response',
  'died-before-response',
  'tls-failure',
];

/** In the words of the steps. The first that fits counts; a step that is not here is no fault. */
const faults: readonly (readonly [RegExp, Names])[] = [
  [/^refuse connections/, ['refused']],
  [/^keep the accept queue full/, ['backlog-full']],
  [/^lose every/, ['black-hole', 'packets-lost']],
  [/^stop reading/, ['zero-window-stall']],
  [/^(drip the response|do nothing for)/, ['slow-answer', 'caller-gone', 'unanswered']],
  [/^answer a request twice/, ['unasked-data']],
  [/^answer a request under a wrong id/, ['mismatched-answer']],
  [/^answer a request truncated/, ['truncated-answer']],
  [/^corrupt the response/, ['malformed-answer', 'mismatched-answer']],
  [/^(send ".*" unasked|push a message)/, ['unasked-data']],
  [/^show a certificate/, ['tls-failure']],
  [/^read a request and send the first/, ['died-in-mid-response']],
  [
    /^read a request, execute it and answer nothing/,
    ['unanswered', 'caller-gone', 'died-before-response', 'closed-with-unread-data'],
  ],
  [/^(close \(FIN\)|half-close)/, closed],
  [/^serve until the server closes/, [...closed, ...reset]],
  [/^(reset|close \(RST\))/, reset],
];

/** What a client makes of a fault, or does on its own: never the upstream's doing, and seen all the same. */
const conduct: Names = ['retry-duplicated', 'caller-gone', 'unanswered', 'slow-answer'];

export interface Injected {
  /** For each fault the names that are right; its connection, or empty where none met it. */
  faults: { step: string; tuple: string; names: Names }[];
  /** Whether a connection may be said to have this. */
  isAllowed(tuple: string, name: DiagnosisName): boolean;
}

function namesOf({ step }: ReceiptResult): Names | undefined {
  return faults.find(([words]) => words.test(step))?.[1];
}

/** A FIN or RST behind that of the client is how a connection ends that nothing is the matter with. */
function isFarewell({ promised, tuple, frame }: ReceiptResult, { terminations }: ExecutionResult) {
  if (promised?.segment !== 'FIN' && promised?.segment !== 'RST') return false;
  return terminations.some(
    (one) => one.tuple === tuple && one.from === 'client' && one.frame < (frame ?? 0),
  );
}

/** Who has closed says nothing more anyway. */
function isSilenceAfterAll({ step, tuple }: ReceiptResult, receipts: readonly ReceiptResult[]) {
  const isClosed = receipts.some((other) => other.tuple === tuple && /FIN|RST/.test(other.step));
  return step.startsWith('do nothing') && isClosed;
}

export function injectedIn(execution: ExecutionResult): Injected {
  const found = execution.receipts.flatMap((receipt) => {
    const names = namesOf(receipt);
    const isPartOfAnother =
      isFarewell(receipt, execution) || isSilenceAfterAll(receipt, execution.receipts);
    // What the listener does meets every connection, and is proved on one.
    const tuple = /^(refuse|keep the accept queue)/.test(receipt.step) ? '' : receipt.tuple;
    return names && !isPartOfAnother ? [{ step: receipt.step, tuple, names }] : [];
  });
  return {
    faults: found,
    isAllowed: (tuple, name) =>
      conduct.includes(name) ||
      found.some((one) => (one.tuple === tuple || one.tuple === '') && one.names.includes(name)),
  };
}
