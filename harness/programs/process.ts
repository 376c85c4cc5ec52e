/** A program that speaks docs/client-protocol.md, from its start to its end: one process, many calls. */
import type { Readable } from 'node:stream';
import { nowUs } from '../../kernel/clock.ts';
import { messageOf } from '../errors.ts';
import type { ClientEvent } from '../event.ts';
import type { SyscallStream, SyscallTap } from '../recorders/syscalls-tap.ts';
import { membersOf } from './group.ts';
import { lastLines, lineReader, shown } from './lines.ts';
import {
  type Call,
  type Hello,
  lineBytesMax,
  NotALine,
  outputBytesMax,
  parseEvent,
  parseHello,
  parseObject,
  parseReply,
  type Reply,
} from './protocol.ts';
import { killGroup, spawnMortal, whenGone } from './spawn.ts';

const helloMs = 5000;
/** From the end of its input on. */
const endMs = 2000;

/** Why nothing more can be had from a program. `code` is what requests fail with. */
export class ProgramBroke extends Error {
  override readonly name = 'ProgramBroke';
  readonly code = 'CRASHED';
}

/** What comes without being asked for. */
export interface Listener {
  onEvent(event: ClientEvent): void;
  /** Once, when the program breaks down. */
  onBroken(why: ProgramBroke): void;
}

interface Pending {
  /** Throws NotALine. */
  settle(object: Record<string, unknown>, line: Buffer): void;
  fail(why: ProgramBroke): void;
}

/** A reply, and its line as it was written. */
export interface Replied extends Reply {
  line: string;
}

export interface ProgramProcess {
  hello: Hello;
  /** Undefined where system calls are not recorded. */
  syscalls: SyscallStream | undefined;
  broken(): ProgramBroke | undefined;
  /** Ids of its processes, strace left out. */
  pids(): number[];
  /** Begins an execution: limits count from here on. */
  listen(listener: Listener | undefined): void;
  /** Writes the call at once. `id` is what a cancel names. Rejects with ProgramBroke. */
  call(call: Call): { id: number; reply: Promise<Replied> };
  cancel(id: number): void;
  /**
   * Ends its input, and the program itself where it does not end within two seconds. Resolves with how it
   * ended when nothing of it is left. Idempotent.
   */
  end(): Promise<{ how: string; isByItself: boolean }>;
  kill(): Promise<void>;
}

export interface StartOptions {
  tap?: SyscallTap | undefined;
  /** Of the upstreams of the execution, as they are now. */
  ports?: () => readonly number[];
}

/** Resolves when it has said hello. Rejects with ProgramBroke, and nothing of it is left then. */
export async function startProgram(
  command: readonly string[],
  { tap, ports = () => [] }: StartOptions = {},
): Promise<ProgramProcess> {
  const child = spawnMortal(command, tap);
  const [errors, output] = [lastLines(10, 8192), lastLines(3, 8192)];
  const pending = new Map<number, Pending>();
  let listener: Listener | undefined;
  let broken: ProgramBroke | undefined;
  let outputBytes = 0;
  let openedUs = nowUs();
  let lastId = 0;
  let greet: (hello: Hello) => void = () => {};
  let refuse: (why: ProgramBroke) => void = () => {};
  let isGreeted = false;
  let isGone = false;
  const greeted = new Promise<Hello>((resolve, reject) => {
    greet = resolve;
    refuse = reject;
  });

  const breakDown = (why: string) => {
    if (broken) return;
    const said = [
      ...output.lines.map((line) => `stdout: ${shown(line)}`),
      ...errors.lines.map((line) => `stderr: ${shown(line)}`),
    ];
    broken = new ProgramBroke(
      said.length === 0 ? why : `${why}; it printed last: ${said.join(' ')}`,
    );
    if (!isGone) killGroup(child);
    for (const { fail } of pending.values()) fail(broken);
    pending.clear();
    refuse(broken);
    listener?.onBroken(broken);
  };

  const onObject = (object: Record<string, unknown>, line: Buffer) => {
    if (object.event !== undefined) {
      const event = parseEvent(object, line, { openedUs, nowUs: nowUs() });
      listener?.onEvent(event);
      return;
    }
    const of = pending.get(Number(object.id));
    if (!of) {
      throw new NotALine(`it replied to a call that is not under way: ${shown(line.toString())}`);
    }
    of.settle(object, line);
    pending.delete(Number(object.id));
  };
  const onLine = (line: Buffer) => {
    if (broken) return;
    output.add(`${line.subarray(0, 1000)}\n`);
    try {
      if (isGreeted) return onObject(parseObject(line), line);
      const hello = parseHello(line);
      isGreeted = true;
      greet(hello);
    } catch (error) {
      if (!(error instanceof NotALine)) throw error;
      breakDown(error.message);
    }
  };
  const read = lineReader(lineBytesMax, onLine, (beginning) =>
    breakDown(`it wrote a line longer than 1 MiB: ${shown(beginning.toString('latin1'))}`),
  );
  child.stdout?.on('data', (chunk: Buffer) => {
    if (broken) return;
    outputBytes += chunk.length;
    if (outputBytes > outputBytesMax) breakDown('it wrote more than 16 MiB in one execution');
    else read(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => errors.add(chunk.toString('latin1')));
  // Who has ended reads nothing more; how it ended is told below.
  child.stdin?.on('error', () => {});
  child.once('error', (error) => breakDown(`it cannot be started: ${messageOf(error)}`));
  const gone = whenGone(child).then((how) => {
    isGone = true;
    breakDown(how);
    return how;
  });

  const timer = setTimeout(() => breakDown(`it wrote no hello within ${helloMs} ms`), helloMs);
  const pipe = tap && (child.stdio[tap.fd] as Readable);
  const syscalls = tap && pipe ? tap.read(pipe, ports) : undefined;
  const write = (line: object) => {
    if (!broken) child.stdin?.write(`${JSON.stringify(line)}\n`);
  };
  const kill = async () => {
    // Its id may be somebody else's by now.
    if (!isGone) killGroup(child);
    await gone;
  };

  try {
    const hello = await greeted;
    return {
      hello,
      syscalls,
      broken: () => broken,
      pids: () => (child.pid === undefined ? [] : membersOf(child.pid)),
      listen(next) {
        listener = next;
        outputBytes = 0;
        openedUs = nowUs();
      },
      call(call) {
        lastId += 1;
        const id = lastId;
        const reply = new Promise<Replied>((resolve, reject) => {
          if (broken) return reject(broken);
          pending.set(id, {
            settle: (object, line) => {
              resolve({ ...parseReply(call.call, object, line), line: line.toString() });
            },
            fail: reject,
          });
          write({ id, ...call });
        });
        // Its caller may have left by the time that it fails.
        reply.catch(() => {});
        return { id, reply };
      },
      cancel: (id) => write({ call: 'cancel', request: id }),
      async end() {
        const isBrokenBefore = broken !== undefined;
        child.stdin?.end();
        let isByItself = !isBrokenBefore;
        const late = setTimeout(() => {
          isByItself = false;
          killGroup(child);
        }, endMs);
        const how = await gone;
        clearTimeout(late);
        return { how, isByItself };
      },
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
