/** Requests that are owed an answer, for protocols that answer in order. */
import type { Moment } from '../moment.ts';
import { keyLengthMax, type Listener, owedMax, type Request } from './dialogue.ts';

export interface Ledger {
  ask(key: string, at: Moment): void;
  /** False when nothing was owed. */
  answer(at: Moment): boolean;
  owed(): readonly Request[];
}

export function ledger(listener: Listener): Ledger {
  const open: Request[] = [];
  /** Behind those that are remembered. */
  let beyond = 0;
  return {
    ask(key, { frame, atUs }) {
      const request = { key: key.slice(0, keyLengthMax), frame, atUs };
      if (open.length < owedMax) open.push(request);
      else beyond += 1;
      listener.asked(request);
    },
    answer(at) {
      if (open.shift() === undefined) {
        if (beyond === 0) return false;
        beyond -= 1;
      }
      listener.answered(at);
      return true;
    },
    owed: () => open,
  };
}
