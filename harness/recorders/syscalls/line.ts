/**
 * One line of what strace(1) prints with `-f -ttt -T`. Pure, and never throws.
 *
 *     [pid 4711] 1795281459.640935 write(20<TCP:[127.0.0.1:58628->127.0.0.1:45409]>, "a", 1) = 1 <0.000109>
 *
 * The process is named only where there is more than one.
 */

/** A call that has returned. */
export interface ReturnedCall {
  call: string;
  /** The text between the parentheses. */
  args: string;
  /** What follows the equals sign: `10`, `-1 EPIPE (Broken pipe)`, `?`. */
  result: string;
  /** Undefined for a call that never returned. */
  tookUs: number | undefined;
}

export type Line = { pid: number | undefined } & (
  | ({ kind: 'call'; atUs: number } & ReturnedCall)
  /** Another process came in between: the rest follows on a line of its own. */
  | { kind: 'begun'; atUs: number; call: string; text: string }
  | { kind: 'resumed'; atUs: number; call: string; text: string }
  /** The thread or process is gone. */
  | { kind: 'ended'; atUs: number }
  /** Signals, and that a process is one of 32 bits: its calls are printed like any others. */
  | { kind: 'other' }
  /** A message of strace itself. */
  | { kind: 'said'; text: string }
);

const start = /^(?:\[pid +(\d+)\] +)?(\d{1,12})\.(\d{6}) (.*)$/s;
const said = /^(?:\[pid +\d+\] +)?strace: (.*)$/s;
// A call whose registers strace could not read, for its thread was being killed, is called `???`.
// Of several `) = ` the last one is meant: what a program writes may look like a result.
const returned = /^(\w+|\?+)\((.*)\) *= (\S.*?)(?: <(\d+)\.(\d{6})>)?$/s;
const begun = /^(\w+|\?+)\((.*?) ?<unfinished \.\.\.>$/s;
const resumed = /^<\.\.\. (\w+|\?+) resumed>(.*)$/s;
const ended = /^\+\+\+ (?:exited with|killed by) .*\+\+\+$/;
// The thread that calls execve(2) takes the number of its process: its own one is gone.
const superseded = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/;
const other = /^(?:---.*---|\+\+\+.*\+\+\+|\[ .* \])$/;

/** Undefined when it is no line of strace. */
export function parseLine(line: string): Line | undefined {
  const [, digits, seconds, micros, body = ''] = start.exec(line) ?? [];
  if (seconds === undefined) return parseUntimed(line);
  const pid = digits === undefined ? undefined : Number(digits);
  const atUs = Number(seconds) * 1_000_000 + Number(micros);
  if (ended.test(body)) return { kind: 'ended', pid, atUs };
  const [, replaced] = superseded.exec(body) ?? [];
  if (replaced !== undefined) return { kind: 'ended', pid: Number(replaced), atUs };
  if (other.test(body)) return { kind: 'other', pid };
  const rest = resumed.exec(body);
  if (rest) return { kind: 'resumed', pid, atUs, call: rest[1] ?? '', text: rest[2] ?? '' };
  const first = begun.exec(body);
  if (first) {
    const [, call = '', args = ''] = first;
    return { kind: 'begun', pid, atUs, call, text: `${call}(${args}` };
  }
  const whole = parseCall(body);
  return whole && { kind: 'call', pid, atUs, ...whole };
}

function parseUntimed(line: string): Line | undefined {
  const text = said.exec(line)?.[1];
  if (text === undefined) return undefined;
  return other.test(text)
    ? { kind: 'other', pid: undefined }
    : { kind: 'said', pid: undefined, text };
}

/** Whether it is the call of a thread that was killed before the call began: nothing was done. */
export function isNameless(call: string): boolean {
  return call.startsWith('?');
}

/** A call in one piece; `text` of a begun one and of its rest, put together. */
export function parseCall(text: string): ReturnedCall | undefined {
  const [, call, args = '', result = '', seconds, micros] = returned.exec(text) ?? [];
  if (call === undefined || (isNameless(call) && !result.startsWith('?'))) return undefined;
  const tookUs = seconds === undefined ? undefined : Number(seconds) * 1_000_000 + Number(micros);
  // Of a call that was cut off by the end of its process strace prints both.
  return { call, args: args.replace(/ ?<unfinished \.\.\.>$/, ''), result, tookUs };
}
