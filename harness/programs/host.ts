/** Makes a driver of a program: the same process is opened for one execution after the other. */
import { channel } from 'node:diagnostics_channel';
import type { Client, ClientDriver, ClientProcess, OpenOptions, Target } from '../client.ts';
import { type ClientEvent, clientChannelName, type Operation } from '../event.ts';
import type { TapOrWhyNot, WatchedCalls } from '../recorders/syscalls-tap.ts';
import { signal, socketsOf, stopAll } from './group.ts';
import { limitDescriptors } from './limits.ts';
import { type ProgramBroke, type ProgramProcess, type Replied, startProgram } from './process.ts';

/** What a driver says before its program is started. */
export type ProgramInfo = Pick<ClientDriver, 'name' | 'description' | 'protocols' | 'isPool'> & {
  operations: readonly Operation['kind'][];
  publishes?: readonly ClientEvent['type'][];
};

/** The command of the program, or why it cannot be had. */
export type Command = () => Promise<readonly string[]>;

/** Of the line that strace must show. */
const markerBytes = 24;
/** How long strace may take to show it. */
const barrierMs = 5000;

const published = channel(clientChannelName);

/**
 * Its hello must agree with `info`.
 * @param command Asked for when the program is first needed.
 */
export function programDriver(
  info: ProgramInfo,
  command: Command,
  tap: TapOrWhyNot,
): ClientDriver & Required<Pick<ClientDriver, 'program'>> {
  let running: ProgramProcess | undefined;
  let current: Opened | undefined;
  let ports: readonly number[] = [];

  const stop = async () => {
    const ending = running;
    running = undefined;
    if (!ending) return;
    signal(ending.pids(), 'SIGCONT');
    await ending.end();
  };
  const startAgain = async () => {
    await running?.kill();
    running = undefined;
    const started = await startProgram(await command(), {
      ports: () => ports,
      ...('wrap' in tap && { tap }),
    });
    const difference = whyOther(info, started.hello);
    if (difference === undefined) return started;
    await started.kill();
    throw new Error(difference);
  };

  return {
    ...info,
    program: {
      publishes: info.publishes,
      async start() {
        const isReusable = running && !running.broken() && (current?.isClosed ?? true);
        if (!isReusable) running = await startAgain();
        current = undefined;
        const process = running;
        if (!process) throw new Error('the program is not running');
        this.publishes = process.hello.publishes;
        return processOf(process, tap, () => current);
      },
      stop,
    },
    open(target: Target, options: OpenOptions): Client {
      if (!running) throw new Error('the program is not running');
      ports = options.targets.map(({ port }) => port);
      current = new Opened(running, target, options);
      return current;
    },
  };
}

function whyOther(info: ProgramInfo, hello: ProgramProcess['hello']): string | undefined {
  for (const field of ['name', 'protocols', 'operations', 'isPool'] as const) {
    const [said, known] = [hello[field], info[field]].map((value) => JSON.stringify(value));
    if (said !== known) return `its hello says "${field}": ${said}, and it is known as ${known}`;
  }
  return undefined;
}

function processOf(
  process: ProgramProcess,
  tap: TapOrWhyNot,
  opened: () => Opened | undefined,
): ClientProcess {
  let stopped: readonly number[] = [];
  let unlimit = () => {};
  const alive = () => {
    const pids = process.pids();
    if (pids.length === 0) throw new Error('its process is gone');
    return pids;
  };
  return {
    publishes: process.hello.publishes,
    sockets: () => socketsOf(alive()),
    async pause() {
      stopped = alive();
      await stopAll(stopped);
    },
    isPaused: () => stopped.length > 0,
    resume() {
      signal(stopped, 'SIGCONT');
      stopped = [];
    },
    limitDescriptors(spare) {
      unlimit();
      unlimit = limitDescriptors(alive(), spare);
    },
    unlimit() {
      unlimit();
      unlimit = () => {};
    },
    finish: () => watchedCalls(process, tap, opened()),
  };
}

async function watchedCalls(
  process: ProgramProcess,
  tap: TapOrWhyNot,
  opened: Opened | undefined,
): Promise<WatchedCalls> {
  if ('unavailable' in tap) return { calls: [], gap: tap.unavailable };
  const { syscalls } = process;
  if (!syscalls) return { calls: [], gap: 'it was not started under strace' };
  const farewell = opened?.farewell;
  // Nothing follows of a process that did not reply to close: its stream ends with it.
  if (farewell === undefined) await process.kill();
  let giveUp: NodeJS.Timeout | undefined;
  const late = new Promise<WatchedCalls>((resolve) => {
    const gap = `strace did not show the reply to close within ${barrierMs} ms`;
    giveUp = setTimeout(() => resolve({ calls: [], gap }), barrierMs);
  });
  const seen = syscalls
    .until(farewell?.slice(0, markerBytes) ?? neverWritten)
    .catch((error: Error) => ({ calls: [], gap: `strace ended: ${error.message}` }));
  const watched = await Promise.race([seen, late]);
  clearTimeout(giveUp);
  return watched;
}

/** Not in any line of the page. */
const neverWritten = '\u0000';

/** The client that was opened last, as long as its execution goes on. */
class Opened implements Client {
  readonly #process: ProgramProcess;
  readonly #opened: Promise<void>;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  /** Nothing of it is left. */
  isClosed = false;
  /** The line that it replied to close with. */
  farewell: string | undefined;

  constructor(process: ProgramProcess, target: Target, options: OpenOptions) {
    this.#process = process;
    const { protocol, targets, settings, ca, onCrash = () => {} } = options;
    process.listen({
      onEvent: (event) => published.publish(event),
      onBroken: (why: ProgramBroke) => {
        if (!this.isClosed) onCrash(why);
      },
    });
    const { reply } = process.call({
      call: 'open',
      protocol,
      target,
      targets,
      settings,
      ...(ca !== undefined && { ca }),
    });
    this.#opened = reply.then((replied) => {
      const refused = errorOf(replied);
      if (refused) {
        // Then there is nothing to close.
        this.isClosed = true;
        onCrash(new Error('it cannot be opened', { cause: refused }));
        throw refused;
      }
      this.#isOpen = true;
    });
    this.#opened.catch(() => {});
  }

  async request(operation: Operation, options?: { signal: AbortSignal }): Promise<string> {
    // Written in this tick where it can be: what follows may be a race.
    if (!this.#isOpen) await this.#opened;
    const { id, reply } = this.#process.call({ call: 'request', operation });
    const cancel = () => this.#process.cancel(id);
    options?.signal.addEventListener('abort', cancel, { once: true });
    try {
      const replied = await reply;
      const failure = errorOf(replied);
      if (failure) throw failure;
      return replied.answer ?? '';
    } finally {
      options?.signal.removeEventListener('abort', cancel);
    }
  }

  async stats(): Promise<Record<string, number | string>> {
    await this.#opened;
    const replied = await this.#process.call({ call: 'stats' }).reply;
    const failure = errorOf(replied);
    if (failure) throw failure;
    return replied.stats ?? {};
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#process.broken() || this.isClosed) return;
    if (!this.#isOpen) {
      const isOpen = await this.#opened.then(
        () => true,
        () => false,
      );
      if (!isOpen) return;
    }
    // A program that breaks down meanwhile has crashed, and is closed.
    const replied = await this.#process.call({ call: 'close' }).reply.catch(() => undefined);
    if (!replied) return;
    const failure = errorOf(replied);
    if (failure) throw failure;
    this.farewell = replied.line;
    this.isClosed = true;
    this.#process.listen(undefined);
  }
}

/** What a call failed with, as a caller knows it: `code` is a word, the message the library's own. */
function errorOf({ failure }: Replied): Error | undefined {
  if (!failure) return undefined;
  const { error, message } = failure;
  return Object.assign(new Error(message === '' ? error : message), { code: error });
}
