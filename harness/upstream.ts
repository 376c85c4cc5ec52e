/** What the harness needs of whatever plays the upstream. The composition root provides it. */
import type { Unstamped, UpstreamEvent } from './event.ts';

export interface RunningUpstream {
  address: { host: string; port: number };
  /** Resolves in the tick in which the scripts go on. */
  openGate(gate: string): Promise<void>;
  stop(): Promise<void>;
}

export interface UpstreamDriver {
  protocols: readonly string[];
  start(
    script: unknown,
    protocol: string,
    record: (event: Unstamped<UpstreamEvent>) => void,
  ): RunningUpstream;
  /** The same upstream in good health, for the control execution. */
  withoutFaults(script: unknown): unknown;
  /** The script in words, a line for each connection. */
  explain(script: unknown): string[];
  /** Why this is not a script, or undefined when it is one. */
  whyNotAScript(value: unknown): string | undefined;
}
