/** What is shown while a run is going on. The caller writes it; nothing here does. */
import type { Machine } from '../../harness/result.ts';
import type { RenderOptions } from '../source.ts';
import { clip } from '../text/columns.ts';
import { printable } from '../text/printable.ts';
import { styled } from './style.ts';

/** Returns to the start of the line and clears it: written before what is to replace it. */
export const eraseLine = '\r\x1b[2K';

export interface RunStart {
  planned: number;
  machine: Machine;
}

/** One line, with its newline, before the first scenario. */
export function runStartedLine({ planned, machine }: RunStart, options: RenderOptions): string {
  const count = planned === 1 ? '1 scenario' : `${planned} scenarios`;
  const name = styled('bold', `pipewrench ${printable(machine.pipewrench)}`, options);
  return `${name} · ${count} · ${printable(machine.sandbox)}\n`;
}

export interface ScenarioStart {
  /** Counted from 1. */
  ordinal: number;
  planned: number;
  title: string;
}

/**
 * One line without a newline, never as wide as the terminal, so that `eraseLine` removes all of it.
 * For a terminal only: elsewhere there is nothing to overwrite.
 */
export function scenarioStartedLine(start: ScenarioStart, options: RenderOptions): string {
  const place = `${start.ordinal}/${start.planned}`;
  const text = clip(`… ${place} ${printable(start.title)}`, options.widthColumns - 1);
  return styled('dim', text, options);
}
