/**
 * Keeps the memory of a long reading flat, by settings of the engine: left alone, it makes room for ever more
 * garbage while more is read.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then the space for what is new has grown to a few MB: with less, too much is taken for old too soon. */
const grownBytes = 4 * 1024 * 1024;
/** Some 350,000 small packets: to collect takes less time than a tenth of them. */
const collectBytes = 32 * 1024 * 1024;

/** To be told how many bytes were read so far, after each piece. */
export function keepingFlat(): (readBytes: number) => void {
  let isGrown = false;
  let collectAt = collectBytes;
  let collect: (() => void) | undefined;
  return (readBytes) => {
    if (!isGrown && readBytes >= grownBytes) {
      isGrown = true;
      setFlagsFromString('--semi-space-growth-factor=1');
    }
    if (readBytes < collectAt) return;
    collectAt = readBytes + collectBytes;
    collect ??= collectorOfEngine();
    collect();
  };
}

/** The flag concerns contexts that are made after it: nothing else sees a new global. */
function collectorOfEngine(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
