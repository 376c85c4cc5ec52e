/** When an upstream kills a connection, at which byte, and how. */
import { randomFrom, wholeBelow } from '../random.ts';

export interface Kill {
  /** `client:port->upstream:port` */
  connection: string;
  /** Answers sent on it before. */
  answered: number;
  /** Whose request or answer is cut. */
  name: string;
  where: 'request' | 'answer';
  /** How many bytes of it were read or sent. */
  byte: number;
  how: 'FIN' | 'RST';
  /** Those that were sent on it and not answered, as far as the upstream saw them. */
  aboard: string[];
}

export interface Plan {
  where: 'request' | 'answer';
  /** From 0 up to but not including 1: how much of it is read or sent. */
  part: number;
  how: 'FIN' | 'RST';
}

/** Undefined: the exchange is to go well. */
export type Planner = () => Plan | undefined;

/** One exchange in so many is killed. */
export function plannerFrom(seed: number, oneIn: number): Planner {
  const random = randomFrom(seed);
  return () => {
    if (random() * oneIn >= 1) return undefined;
    return {
      where: wholeBelow(random, 2) === 0 ? 'request' : 'answer',
      part: random(),
      how: wholeBelow(random, 2) === 0 ? 'FIN' : 'RST',
    };
  };
}
