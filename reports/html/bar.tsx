/** The head of a page that is about a part of a run: the way back, and to its neighbours. */
import type { ScenarioResult } from '../../harness/result.ts';
import { printable } from '../text/printable.ts';
import { Emblem } from './mast.tsx';
import type { Places } from './places.ts';

interface BarProps {
  places: Places;
  /** In the order of the overview. */
  before: ScenarioResult | undefined;
  after: ScenarioResult | undefined;
}

export function Bar({ places, before, after }: BarProps) {
  return (
    <header class="bar-top" id="top">
      <nav aria-label="report">
        <a class="home" href={places.overview}>
          <Emblem /> <b>pipewrench</b> all scenarios
        </a>
        {before !== undefined && (
          <a rel="prev" href={places.scenario(before)} title={printable(before.title)}>
            ← previous
          </a>
        )}
        {after !== undefined && (
          <a rel="next" href={places.scenario(after)} title={printable(after.title)}>
            next →
          </a>
        )}
      </nav>
    </header>
  );
}
