/** A client program that is spoken to in lines, see docs/client-protocol.md; ended with the test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Unwinds {
  teardown(run: () => void): void;
}

export type Line = Record<string, unknown>;

export interface SpeakingProgram {
  hello: Line;
  pid: number;
  /** Lines without an id, in the order in which they came. */
  events: readonly Line[];
  /** Resolves with the reply. Throws when the program ends before. */
  call(name: string, fields?: Line): Promise<Line>;
  /** The answer, or the word of the error. */
  request(operation: Line): Promise<string>;
  /** Writes a line that has no reply. */
  say(line: Line): void;
  /** Ends the input; resolves with the exit code. */
  end(): Promise<number | null>;
}

/** @param command What builds give. Throws when the program ends without a hello. */
export async function speakWith(
  t: Unwinds,
  [program = '', ...args]: readonly string[],
): Promise<SpeakingProgram> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const waiting = new Map<unknown, (line: Line) => void>();
  const failing = new Set<(error: Error) => void>();
  const events: Line[] = [];
  const next = (id: unknown) =>
    new Promise<Line>((resolve, reject) => {
      waiting.set(id, resolve);
      failing.add(reject);
    });
  const hello = next('hello');
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line: Line = JSON.parse(text);
    const id = 'pipewrench' in line ? 'hello' : line.id;
    if (id === undefined) events.push(line);
    else waiting.get(id)?.(line);
  });
  const closed = once(child, 'close');
  void closed.then(() => {
    const error = new Error(`the program ended with ${child.exitCode}: ${complaints}`);
    for (const fail of failing) fail(error);
  });

  let ids = 0;
  const say = (line: Line) => void child.stdin.write(`${JSON.stringify(line)}\n`);
  const call = (name: string, fields: Line = {}) => {
    ids += 1;
    const reply = next(ids);
    say({ id: ids, call: name, ...fields });
    return reply;
  };
  return {
    hello: await hello,
    pid: child.pid ?? 0,
    events,
    say,
    call,
    async request(operation) {
      const { answer, error } = await call('request', { operation });
      return String(answer ?? error);
    },
    async end() {
      child.stdin.end();
      await closed;
      return child.exitCode;
    },
  };
}
