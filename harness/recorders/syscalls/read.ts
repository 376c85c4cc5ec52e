/** Reads the output of strace(1) as it comes: any pieces of it, into whole lines. */
import type { Readable } from 'node:stream';

/** More than strace ever prints for a call: what is longer is no line of it. */
const lineMax = 1024 * 1024;

/**
 * strace escapes what is not ASCII, so each byte is a character.
 * @param onEnd Called once, when nothing more comes.
 */
export function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  onEnd: () => void,
): void {
  let pending = '';
  let hasEnded = false;
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    onLine(pending);
    onEnd();
  };
  stream.on('data', (bytes: Buffer) => {
    const lines = `${pending}${bytes.toString('latin1')}`.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (pending.length <= lineMax) return;
    onLine(pending);
    pending = '';
  });
  stream.once('end', end).once('error', end).once('close', end);
}
