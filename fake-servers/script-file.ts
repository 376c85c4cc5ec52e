/** Reads a script that somebody wrote: in words, or as a YAML or JSON file. */

import type { UpstreamScript } from './script.ts';
import { draftOfDocument } from './script-file/document.ts';
import type { Draft, Item } from './script-file/draft.ts';
import { type Fault, type FaultAt, type Problem, placeOf } from './script-file/problem.ts';
import { readPhase, readStep } from './script-file/read-step.ts';
import { draftOfWords } from './script-file/sentence.ts';
import { phaseNotPlayable, type Setting, whyNotPlayable } from './script-file/setting.ts';
import { endsConnection, explain, type Step } from './step.ts';

export interface ScriptSource {
  /** The file, or the option that the text was given with: for messages. */
  name: string;
  text: string;
  format: 'words' | 'document';
}

export type ScriptRead = { script: UpstreamScript } | { problems: Problem[] };

export const scriptBytesMax = 100_000;
/** Counted with what aliases stand for. */
const stepsMax = 100_000;
/** Nobody reads more at once. */
const problemsMax = 10;

/**
 * The script, or all that is wrong with it, in the order of the text. Throws nothing for what is
 * written in it.
 */
export function readScript({ name, text, format }: ScriptSource, setting: Setting): ScriptRead {
  const refuse = (message: string, expected: string): ScriptRead => {
    const next = 'the last list of steps is played on every later connection too';
    return { problems: [{ file: name, ...placeOf(text, 0), message, expected, next }] };
  };
  if (Buffer.byteLength(text) > scriptBytesMax) {
    return refuse('the script is too long', `at most ${scriptBytesMax} bytes`);
  }
  const drafted = format === 'words' ? draftOfWords(name, text) : draftOfDocument(name, text);
  if ('problems' in drafted) return { problems: drafted.problems.slice(0, problemsMax) };
  const count = drafted.draft.connections.reduce((sum, steps) => sum + steps.length, 0);
  if (count > stepsMax) return refuse(`the script has ${count} steps`, `at most ${stepsMax}`);
  return readDraft(name, drafted.draft, setting);
}

function readDraft(file: string, draft: Draft, setting: Setting): ScriptRead {
  const problems: Problem[] = [];
  const complain = ({ locate }: Item, faults: readonly FaultAt[]) => {
    for (const { path, at, ...fault } of faults) {
      if (problems.length < problemsMax) problems.push({ file, ...locate(path, at), ...fault });
    }
  };
  const phases = draft.listener.flatMap((item) => {
    const result = readPhase(item.value);
    const faults =
      'faults' in result ? result.faults : here(phaseNotPlayable(result.read, setting));
    complain(item, faults);
    return 'read' in result ? result.read : [];
  });
  const read = remembered(readStep);
  const connections = draft.connections.map((items, index) => {
    let end: Step | undefined;
    return items.flatMap((item) => {
      const result = read(item.value);
      const faults = 'faults' in result ? result.faults : misfit(result.read, end, index + 1);
      complain(item, faults);
      if ('faults' in result) return [];
      if (endsConnection(result.read)) end ??= result.read;
      return result.read;
    });
  });
  if (problems.length > 0) return { problems };
  return { script: { ...(phases.length > 0 && { listener: phases }), connections } };

  /** Why a step that there is cannot be played here. */
  function misfit(step: Step, end: Step | undefined, ordinal: number): FaultAt[] {
    return here(end ? afterTheEnd(step, end, ordinal) : whyNotPlayable(step, setting));
  }
}

function here(fault: Fault | undefined): FaultAt[] {
  return fault ? [{ path: [], at: 'value', ...fault }] : [];
}

function afterTheEnd(step: Step, end: Step, ordinal: number): Fault {
  return {
    message: `"${explain(step)}" of connection ${ordinal} can never be played, because the connection is gone by then`,
    expected: `nothing after "${explain(end)}"`,
    next: 'take it away, or move it to the next connection',
  };
}

/** What an alias stands for, and what is written often, is read once. */
function remembered<T>(read: (value: unknown) => T): (value: unknown) => T {
  const results = new Map<unknown, T>();
  return (value) => {
    const before = results.get(value);
    if (before !== undefined) return before;
    const result = read(value);
    results.set(value, result);
    return result;
  };
}
