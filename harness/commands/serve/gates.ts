/** Opens gates for whoever asks: from the keyboard, from a pipe, over the control port. */
import { unknownName } from '../../errors.ts';
import type { RunningUpstream } from '../../upstream.ts';
import type { Opener } from './event.ts';
import type { GateProgress, Progress } from './progress.ts';

export interface GateState extends GateProgress {
  isOpen: boolean;
}

export interface Gatekeeper {
  states(): GateState[];
  /**
   * At once, whoever waits there and whoever comes later. Returns the gate as it is then. Throws a
   * UserError with the nearest name.
   */
  open(gate: string, by: Opener): GateState;
}

interface Hall {
  upstream: RunningUpstream;
  progress: Progress;
  onOpened: (gate: string, by: Opener) => void;
}

export function gatekeeper({ upstream, progress, onOpened }: Hall): Gatekeeper {
  const opened = new Set<string>();
  const states = () => progress.gates().map((gate) => ({ ...gate, isOpen: opened.has(gate.name) }));
  const stateOf = (name: string) => {
    const known = states();
    const state = known.find((gate) => gate.name === name);
    if (state) return state;
    const names = known.map((gate) => gate.name);
    throw unknownName('gate', name, names, 'a gate is opened by its name in the script');
  };
  return {
    states,
    open(name, by) {
      stateOf(name);
      if (!opened.has(name)) {
        opened.add(name);
        onOpened(name, by);
        upstream.openGateNow(name);
      }
      return stateOf(name);
    },
  };
}
