/** What was concluded from the evidence: the data every report is made from. Published as a JSON Schema. */
import { z } from 'zod';
import { receiptSchema, sides } from './event.ts';

/** Raised when a stored run can no longer be read by the previous reader. */
export const formatVersion = 2;

export const verdictSchema = z.enum(['pass', 'fail', 'unknown']);
/** `unknown`: the evidence needed is missing. Never counted as a pass. */
export type Verdict = z.infer<typeof verdictSchema>;

/** One expectation or rule, held against the timeline. */
export const judgementSchema = z.object({
  /** Stable name of the rule, for example `retries-are-bounded`. */
  rule: z.string(),
  /** The expectation in words. */
  title: z.string(),
  verdict: verdictSchema,
  expected: z.string(),
  actual: z.string(),
  /** Where to look: connection, request, frame. Empty when it holds for the whole execution. */
  where: z.string(),
  /** What to do or read next. Empty when there is nothing to do. */
  next: z.string(),
});
export type Judgement = z.infer<typeof judgementSchema>;

/** A scripted fault and the packet that proves it. */
export const receiptResultSchema = z.object({
  /** The step in words. */
  step: z.string(),
  /** Null, with an empty tuple, for a fault of the listener that no connection met. */
  connection: z.number().int().positive().nullable(),
  tuple: z.string(),
  promised: receiptSchema.nullable(),
  /** Frame in the execution's pcap; null when the capture does not show it. */
  frame: z.number().int().positive().nullable(),
  verdict: verdictSchema,
  note: z.string(),
});
export type ReceiptResult = z.infer<typeof receiptResultSchema>;

/** A FIN or RST in the capture, whoever sent it and whether a script asked for it or not. */
export const terminationSchema = z.object({
  connection: z.number().int().positive(),
  tuple: z.string(),
  from: z.enum(sides),
  flag: z.enum(['FIN', 'RST']),
  relativeSeq: z.number().int().nonnegative(),
  frame: z.number().int().positive(),
});
export type Termination = z.infer<typeof terminationSchema>;

/** The error sequence on one connection: `RST` from the wire, errno names and `EOF` from the client. */
export const errorSequenceSchema = z.object({
  connection: z.number().int().positive(),
  tokens: z.array(z.string()),
});
export type ErrorSequence = z.infer<typeof errorSequenceSchema>;

/** What a client did about a fault, in the seven names used in every table. */
export const faultResponseSchema = z.enum([
  'transparent',
  'surfaced',
  'poisoned',
  'duplicated',
  'corrupted',
  'hung',
  'crashed',
]);
export type FaultResponse = z.infer<typeof faultResponseSchema>;

/**
 * What the client did, in figures and words: what clients are compared by. Null is what is not known,
 * because a recorder missed something or a real server answered.
 */
export const conductSchema = z.object({
  /** How often each request was sent in full, in the order in which they were made. */
  sent: z.array(z.number().int().nonnegative()).nullable(),
  /** How often the upstream did what each request asks for. */
  executed: z.array(z.number().int().nonnegative()).nullable(),
  /** Lines of the client's own log. */
  log: z.array(z.string()).nullable(),
  /**
   * The client's calls on each connection on which a fault was proved, from the fault on: `read EOF`,
   * `write EPIPE`, `close`. Those that only had to be made again are left out.
   */
  calls: z
    .array(z.object({ connection: z.number().int().positive(), calls: z.array(z.string()) }))
    .nullable(),
});
export type Conduct = z.infer<typeof conductSchema>;

export const executionNames = ['main', 'control', 'counter'] as const;

/**
 * One run of the workload: `main` with the faults, `control` without them, `counter` in a way that
 * must fail (a naive client, or a swapped script).
 */
export const executionResultSchema = z.object({
  name: z.enum(executionNames),
  client: z.string(),
  /** In words: what this execution is for. */
  purpose: z.string(),
  verdict: verdictSchema,
  judgements: z.array(judgementSchema),
  receipts: z.array(receiptResultSchema),
  terminations: z.array(terminationSchema),
  errorSequences: z.array(errorSequenceSchema),
  /** Null for `raw`, which has no policy to name. */
  faultResponse: faultResponseSchema.nullable(),
  /** Not there in runs that were stored before it was. */
  conduct: conductSchema.optional(),
  /** Relative to the scenario's folder. Null when nothing was captured. */
  pcap: z.string().nullable(),
  elapsedMs: z.number(),
  /** Of which nothing was to be done while the workload was played. */
  waitedMs: z.number(),
});
export type ExecutionResult = z.infer<typeof executionResultSchema>;

export const scenarioResultSchema = z.object({
  /** Path of the scenario file, relative to the root of its set. */
  path: z.string(),
  /** As a user in the folder of the run may type it again. Not there in runs stored before it was. */
  file: z.string().optional(),
  /** Folder of its evidence, relative to the run's folder. */
  folder: z.string(),
  title: z.string(),
  claims: z.array(z.string()),
  protocol: z.string(),
  client: z.string(),
  verdict: verdictSchema,
  /** One sentence: why the verdict is what it is. */
  reason: z.string(),
  /** The script and the workload in words, a line each. */
  script: z.array(z.string()),
  workload: z.array(z.string()),
  executions: z.array(executionResultSchema),
  /** The command that repeats this scenario. */
  repeat: z.string(),
});
export type ScenarioResult = z.infer<typeof scenarioResultSchema>;

export const machineSchema = z.object({
  pipewrench: z.string(),
  node: z.string(),
  kernel: z.string(),
  /** How far the run was kept apart from the machine, in words. */
  sandbox: z.string(),
  /** The capture program and its version, or why there is none. */
  capture: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

export const runResultSchema = z.object({
  format: z.literal(formatVersion),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Set when the run was stopped before its last scenario. */
  interrupted: z.boolean(),
  command: z.string(),
  machine: machineSchema,
  /** How many scenarios were to be run; more than `scenarios` holds when interrupted. */
  planned: z.number().int().nonnegative(),
  scenarios: z.array(scenarioResultSchema),
  /** What this machine cannot run, and why. */
  skipped: z.array(z.object({ path: z.string(), title: z.string(), reason: z.string() })),
});
export type RunResult = z.infer<typeof runResultSchema>;

const severity: Record<Verdict, number> = { pass: 0, unknown: 1, fail: 2 };

/** The worst of some verdicts: fail, then unknown, then pass. Nothing to judge is `unknown`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'unknown';
  return verdicts.reduce((a, b) => (severity[b] > severity[a] ? b : a));
}
