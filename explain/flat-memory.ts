/**
 * Keeps the memory of a long reading flat, by settings of the engine: left alone, it makes room for ever more
 * garbage while more is read.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then the space for what is new has grown to a few MB: with less, too much is taken for old too soon. */
const grownFrames = 40_000;
/** To collect takes less time than to read a tenth of them. */
const collectFrames = 350_000;

/** To be told how many frames were read so far, now and then: garbage comes with each, however long it is. */
export function keepingFlat(): (readFrames: number) => void {
  let isGrown = false;
  let collectAt = collectFrames;
  let collect: (() => void) | undefined;
  return (readFrames) => {
    if (!isGrown && readFrames >= grownFrames) {
      isGrown = true;
      setFlagsFromString('--semi-space-growth-factor=1');
    }
    if (readFrames < collectAt) return;
    collectAt = readFrames + collectFrames;
    collect ??= collectorOfEngine();
    collect();
  };
}

/** The flag concerns contexts that are made after it: nothing else sees a new global. */
function collectorOfEngine(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
