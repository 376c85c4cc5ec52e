/** One fault and what a good client does about it, as data that reads like a sentence. */
import { z } from 'zod';
import { localPortsMax } from '../kernel/local-ports.ts';
import type { Settings } from './client.ts';
import { type Expectation, expectationSchema } from './expect/expectation.ts';
import {
  type WorkloadStep,
  whyNotCancelled,
  whyNotPaused,
  workloadStepSchema,
} from './workload.ts';

/** How the scenario is shown to be able to fail: an execution that must break its expectations. */
export type Counter<Script> =
  | {
      kind: 'client';
      /** A client known to do it wrong (or, where the scenario shows the wrong, right). */
      client: string;
      expect: Expectation[];
    }
  | {
      kind: 'settings';
      /** Of the scenario's client, beside or instead of the scenario's: what is wrong is put right. */
      settings: Settings;
      expect: Expectation[];
    }
  | {
      kind: 'script';
      /** Another upstream, under which the kernel gives another sequence. */
      upstream: Script;
      expect: Expectation[];
    };

/** @typeParam Script What the upstream plays; the harness hands it on without looking inside. */
export interface Scenario<Script = unknown> {
  title: string;
  /** Clauses of `docs/claims.md`, weaknesses and fault cases that it tests: `000.2`, `W1`, `F1`. */
  claims: string[];
  /** Name of a protocol, for example `dns-tcp`. */
  protocol: string;
  /** Name of the client it is written for; another one can be given on the command line. */
  client: string;
  /** With `virtual`, the client's time moves only when the workload says so. */
  clock: 'real' | 'virtual';
  /** How long each request, and each wait of the workload, may take. */
  deadlineMs: number;
  /** Options of the client that it needs to be tested under, such as `{ maxConnections: 1 }`. */
  settings: Settings;
  /** Options of the client that are the fault themselves: the control execution leaves them out. */
  faultySettings: Settings;
  /** How many local ports there are for connections to one upstream; as many as the machine has by default. */
  localPorts?: number | undefined;
  upstream: Script;
  workload: WorkloadStep[];
  expect: Expectation[];
  counter: Counter<Script>;
}

/** As `Scenario`, with what is usually left out optional. */
export type ScenarioInput<Script> = Omit<Scenario<Script>, Optional> &
  Partial<Pick<Scenario<Script>, Optional>>;

type Optional = 'clock' | 'deadlineMs' | 'settings' | 'faultySettings';

const deadlineMsDefault = 2000;
/** Timers of the runtime are 32 bits wide; a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1;

const settingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const scenarioSchema = z.object({
  title: z.string().min(1),
  claims: z.array(z.string().min(1)).min(1),
  protocol: z.string().min(1),
  client: z.string().min(1),
  clock: z.enum(['real', 'virtual']).default('real'),
  deadlineMs: z.number().positive().max(timerMsMax).default(deadlineMsDefault),
  settings: settingsSchema.default({}),
  faultySettings: settingsSchema.default({}),
  localPorts: z.number().int().positive().max(localPortsMax).optional(),
  upstream: z.unknown().refine((script) => script !== undefined, 'expected an upstream script'),
  workload: z.array(workloadStepSchema).min(1),
  expect: z.array(expectationSchema).min(1),
  counter: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('client'),
      client: z.string().min(1),
      expect: z.array(expectationSchema).min(1),
    }),
    z.object({
      kind: z.literal('settings'),
      settings: settingsSchema,
      expect: z.array(expectationSchema).min(1),
    }),
    z.object({
      kind: z.literal('script'),
      upstream: z.unknown(),
      expect: z.array(expectationSchema).min(1),
    }),
  ]),
});

/** Something that should be a scenario and is not. The message says where it differs. */
export class NotAScenario extends Error {
  override readonly name = 'NotAScenario';
}

/** Throws NotAScenario. */
export function parseScenario(value: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(value);
  if (!parsed.success) throw new NotAScenario(z.prettifyError(parsed.error));
  const { clock, workload } = parsed.data;
  if (clock === 'real' && workload.some(({ kind }) => kind === 'advance')) {
    throw new NotAScenario("advance() moves an injected clock only: set `clock: 'virtual'`");
  }
  const why = whyNotCancelled(workload) ?? whyNotPaused(workload);
  if (why) throw new NotAScenario(why);
  return parsed.data;
}

/** `maxOpenConns 2, nestedConnections true` */
export const settingsText = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** The scenario must fail against this client, and in this way. */
export const against = (client: string, expect: Expectation[]): Counter<never> => ({
  kind: 'client',
  client,
  expect,
});

/** The scenario must fail when the client has these settings, and in this way. */
export const configured = (settings: Settings, expect: Expectation[]): Counter<never> => ({
  kind: 'settings',
  settings,
  expect,
});

/** The scenario must fail when the upstream plays this instead, and in this way. */
export const swapped = <Script>(upstream: Script, expect: Expectation[]): Counter<Script> => ({
  kind: 'script',
  upstream,
  expect,
});
