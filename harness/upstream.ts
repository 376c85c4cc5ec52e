/** What the harness needs of whatever plays the upstream. The composition root provides it. */

import type { Transport, Unstamped, UpstreamEvent } from './event.ts';
import type { WatchedCalls } from './recorders/syscalls-tap.ts';

export interface RunningUpstream {
  /** Of several, the first one's. */
  address: { host: string; port: number };
  /** Resolves in the tick in which the scripts go on. */
  openGate(gate: string): Promise<void>;
  /** For whoever waits there, and for whoever comes later. */
  openGateNow(gate: string): void;
  stop(): Promise<void>;
}

/** A port, and what is spoken on it. */
export interface Endpoint {
  host: string;
  port: number;
  transport: Transport;
  protocol: string;
}

/** All upstreams of a script; gates are common to them. */
export interface RunningScript extends RunningUpstream {
  /** In the order of the script. Where a server has UDP and TCP, its address is there twice. */
  endpoints: readonly Endpoint[];
  /** Of a server under test, which has been stopped: the system calls of its life. */
  systemCalls?(): Promise<WatchedCalls>;
}

/** A script as somebody wrote it. */
export interface ScriptSource {
  /** The file, or the option that the text was given with: for messages. */
  name: string;
  text: string;
  /** In words, or as YAML or JSON. */
  format: 'words' | 'document';
}

/** What is wrong with it, and where. */
export interface ScriptProblem {
  file: string;
  /** Counted from 1, and so is the column. */
  line: number;
  column: number;
  message: string;
  expected: string;
  next: string;
}

/** A step in words, and the gate that it waits for. */
export interface OutlinedStep {
  text: string;
  gate: string | undefined;
}

export interface ScriptOutline {
  /** What is played before anything is accepted. */
  listener: readonly OutlinedStep[];
  /** By ordinal of accept(2); the last one repeats. */
  connections: readonly (readonly OutlinedStep[])[];
}

export interface UpstreamDriver {
  protocols: readonly string[];
  /** A longer script is not read. */
  scriptBytesMax: number;
  /**
   * The script, or all that is wrong with it.
   * @param protocol Undefined where bytes are passed on and no message is understood.
   */
  readScript(
    source: ScriptSource,
    protocol: string | undefined,
  ): { script: unknown } | { problems: readonly ScriptProblem[] };
  outline(script: unknown): ScriptOutline;
  start(
    script: unknown,
    protocol: string,
    record: (event: Unstamped<UpstreamEvent>) => void,
    /** Why packets must not be dropped here; null where the network is the run's own. */
    options: { whyNoLoss: string | null; at?: { host: string; port: number } },
  ): RunningScript;
  /** Plays the script between clients and a real server. */
  startProxy(
    script: unknown,
    to: { host: string; port: number },
    record: (event: Unstamped<UpstreamEvent>) => void,
    options: { whyNoLoss: string | null; at?: { host: string; port: number } },
  ): RunningUpstream;
  /** Who signs the certificates of upstreams that speak this protocol, in PEM; undefined without TLS. */
  authority(protocol: string): Promise<string | undefined>;
  /** Why the script cannot be played on this machine; undefined when it can. */
  whyNotHere(script: unknown): Promise<string | undefined>;
  /** Whether it is a server under test, so that faults are what the client does. */
  isUnderTest(script: unknown): boolean;
  /** Whether it stands in front of a real server, or is one, whose messages are passed on unread. */
  forwards(script: unknown): boolean;
  /** Starts what the script needs and that outlives an execution. Throws an Error. */
  prepare(script: unknown): Promise<void>;
  /** Ends what was prepared. */
  release(): Promise<void>;
  /** The same upstream in good health, for the control execution. */
  withoutFaults(script: unknown): unknown;
  /** The script in words, a line for each connection. */
  explain(script: unknown): string[];
  /** The gates that a script waits for, and the kinds of steps that it has. */
  namesIn(script: unknown): { gates: string[]; steps: string[] };
  /** Why this is not a script, or undefined when it is one. */
  whyNotAScript(value: unknown): string | undefined;
}
