/** The line protocol of docs/client-protocol.md, version 1, for the programs beside it. */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as afterMs } from 'node:timers/promises';

const closingMs = 2000;

const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** A line of the client's own log. */
export const log = (level, text) => write({ event: 'log', level, text });

/** What the caller can tell a failure by. */
class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export const unsupported = (what) => new Failure('UNSUPPORTED', `unsupported: ${what}`);

const timeouts = ['TimeoutError', 'PROTOCOL_SEQUENCE_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'];
const timeoutTexts = ['Query read timeout', 'Command timed out'];

function wordOf(error) {
  const { name, message, cause } = error;
  // fetch wraps every failure in one that says nothing.
  const code = typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined && cause instanceof Error) return wordOf(cause);
  const isTimeout = [name, code].some((word) => timeouts.includes(word));
  if (isTimeout || timeoutTexts.includes(message)) return 'TIMEOUT';
  return code ?? (name === 'Error' ? message : name);
}

function textOf({ message, cause }) {
  return cause instanceof Error ? `${message}: ${textOf(cause)}` : message;
}

/** The settings, if the client knows all of them. */
export function known(settings, names) {
  const unknown = Object.keys(settings).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`unknown settings: ${unknown.join(', ')}`);
  return settings;
}

/**
 * Serves calls until the input ends.
 * @param hello What the program says of itself.
 * @param open Called with the target and the settings; gives `request(operation, signal)`, `stats()` and
 *   `close()`. The signal is aborted when the caller gives up.
 */
export function run(hello, open) {
  write({ pipewrench: 1, ...hello });
  let client;
  /** What gives up the requests that are under way, by id. */
  const underWay = new Map();

  const calls = {
    async open({ target, settings = {} }) {
      if (client) throw new Error('the client before is still open');
      client = await open(target, settings);
      return {};
    },
    async request({ id, operation }) {
      const giveUp = new AbortController();
      const limit = operation.withinMs ? [AbortSignal.timeout(operation.withinMs)] : [];
      const closed = new Promise((_, reject) => {
        underWay.set(id, { giveUp, reject });
      });
      try {
        const signal = AbortSignal.any([giveUp.signal, ...limit]);
        return { answer: await Promise.race([client.request(operation, signal), closed]) };
      } finally {
        underWay.delete(id);
      }
    },
    stats: async () => ({ stats: client.stats() }),
    async close() {
      const isWaiting = underWay.size > 0;
      for (const { giveUp, reject } of underWay.values()) {
        giveUp.abort();
        reject(new Failure('CLOSED', 'the client is closed'));
      }
      // Pools wait for the answers to what is under way, and some for ever.
      if (isWaiting) await cutOff();
      await Promise.race([client.close(), afterMs(closingMs)]);
      client = undefined;
      await cutOff();
      return {};
    },
  };

  async function serve(line) {
    const { id, call } = line;
    if (call === 'cancel') {
      underWay.get(line.request)?.giveUp.abort();
      return;
    }
    try {
      if (!Object.hasOwn(calls, call)) throw unsupported(call);
      if (!client && call !== 'open') throw new Error(`${call}: there is no open client`);
      write({ id, ...(await calls[call](line)) });
    } catch (error) {
      write({ id, error: wordOf(error), message: textOf(error) });
    }
  }

  createInterface({ input: process.stdin })
    .on('line', (text) => serve(JSON.parse(text)))
    .on('close', () => process.exit(0));
}

const isConnection = (handle) =>
  handle instanceof Socket && (handle.connecting || handle.remoteAddress !== undefined);

/**
 * Ends the connections that are left. Some libraries say that they are closed while a socket still waits
 * for the other side's FIN. Node has no event for the last one; one that stays is seen from outside.
 */
async function cutOff() {
  for (const handle of process._getActiveHandles().filter(isConnection)) handle.destroy();
  const endMs = performance.now() + closingMs;
  while (process.getActiveResourcesInfo().includes('TCPSocketWrap') && performance.now() < endMs) {
    await afterMs(1);
  }
}
