/** Whether memory grows: what is left on the heap after collecting, again and again. */

const sampleMs = 500;
const samplesLeast = 30;

/** The last third may not be above or below the middle one by more than this part. */
export const heapTolerance = 0.05;

/** In less, most of what is left on the heap is code that is still being compiled. */
export const heapSecondsLeast = 30;

export interface HeapChange {
  middleBytes: number;
  lastBytes: number;
  /** 0.01: one percent more in the last third than in the middle one. */
  change: number;
}

/** Of samples taken at even intervals. Throws RangeError when there are too few for three parts. */
export function heapChange(samplesBytes: readonly number[]): HeapChange {
  const third = Math.floor(samplesBytes.length / 3);
  if (third === 0) throw new RangeError('heapChange: expected at least three samples');
  const middleBytes = mean(samplesBytes.slice(-2 * third, -third));
  const lastBytes = mean(samplesBytes.slice(-third));
  return { middleBytes, lastBytes, change: lastBytes / middleBytes - 1 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export class HeapWatch {
  readonly samplesBytes: number[] = [];
  readonly #timer: NodeJS.Timeout;

  /** Throws an Error when Node was not told to expose its collector. */
  constructor(durationMs: number) {
    const { gc } = globalThis;
    if (!gc) throw new Error('the heap cannot be measured: start this with `node --expose-gc`');
    this.#timer = setInterval(
      () => {
        gc();
        this.samplesBytes.push(process.memoryUsage().heapUsed);
      },
      Math.min(sampleMs, durationMs / samplesLeast),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
