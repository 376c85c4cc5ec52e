/** Opens gates from stdin: with a key each on a terminal, with lines that name them from a pipe. */
import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import { isForeground } from '../foreground.ts';

export interface Keys {
  /** Gates by their key. Empty when stdin is no terminal. */
  gates: ReadonlyMap<string, string>;
  stop: () => void;
}

interface Hand {
  open: (gate: string, by: 'keyboard' | 'stdin') => void;
  /** Any other key: the state is shown again. */
  show: () => void;
}

const letters = '123456789abcdefghijklmnopqrstuvwxyz';
/** What a terminal sends for Ctrl-C and Ctrl-D; in raw mode nobody else makes a signal of them. */
const endKeys = ['\u0003', '\u0004'];

/** Reads nothing when there is no gate, or when a shell has put this process into the background. */
export function listenToKeys(stdin: ReadStream, gates: readonly string[], hand: Hand): Keys {
  const nothing = { gates: new Map<string, string>(), stop: () => {} };
  if (gates.length === 0) return nothing;
  if (!stdin.isTTY) return { ...nothing, stop: listenToLines(stdin, hand) };
  if (!isForeground()) return nothing;

  const byKey = new Map(gates.slice(0, letters.length).map((gate, i) => [letters[i] ?? '', gate]));
  const onData = (text: string) => {
    // Arrows and the like: several characters, of which none is meant.
    if (text.startsWith('\u001b')) return;
    const asked = [...text].flatMap((key) => byKey.get(key) ?? []);
    if ([...text].some((key) => endKeys.includes(key))) process.kill(process.pid, 'SIGINT');
    for (const gate of asked) hand.open(gate, 'keyboard');
    if (asked.length === 0) hand.show();
  };
  stdin.setRawMode(true).setEncoding('utf8').on('data', onData).on('error', ignore);
  return {
    gates: byKey,
    stop() {
      stdin.off('data', onData).setRawMode(false);
      stdin.pause().unref();
    },
  };
}

function listenToLines(stdin: ReadStream, { open }: Hand): () => void {
  stdin.on('error', ignore);
  const lines = createInterface({ input: stdin });
  lines.on('line', (line) => {
    if (line.trim() !== '') open(line.trim(), 'stdin');
  });
  return () => {
    lines.close();
    // The other end may stay open for ever.
    stdin.destroy();
  };
}

/** A terminal that is gone opens no gates; Ctrl-C of another one, or a signal, still ends it. */
function ignore(): void {}
