/**
 * `pipewrench serve` and `pipewrench proxy`: a scripted upstream alone, or a script in front of a real
 * server, for a client outside. They enter no sandbox.
 */
import { setMaxListeners } from 'node:events';
import { type Address, formatAddress } from '../../kernel/address.ts';
import { nowUs } from '../../kernel/clock.ts';
import { messageOf, unknownName } from '../errors.ts';
import type { Unstamped, UpstreamEvent } from '../event.ts';
import { Teardown } from '../teardown.ts';
import type { RunningUpstream, UpstreamDriver } from '../upstream.ts';
import { exitCodes } from './exit-codes.ts';
import { renderOptions } from './render-options.ts';
import { parseAddress, whyNotListening } from './serve/address.ts';
import { checkToken, startControl } from './serve/control.ts';
import { journal, type Opener, type ServeEvent } from './serve/event.ts';
import { type Gatekeeper, gatekeeper } from './serve/gates.ts';
import { type Keys, listenToKeys } from './serve/keyboard.ts';
import { lineOf, printable } from './serve/narration.ts';
import { gatesOf, progressOf } from './serve/progress.ts';
import { loadScript } from './serve/script.ts';
import type { Tools } from './tools.ts';

/** What `serve` and `proxy` have in common. */
export interface PlayCommand {
  /** A text in words, or the path of a file. */
  script: string;
  listen: string;
  /** False: no control port. */
  control: string | false;
  controlToken?: string;
  json?: boolean;
  explain?: boolean;
}

export interface ServeCommand extends PlayCommand {
  protocol: string;
}

export interface ProxyCommand extends PlayCommand {
  /** The real server. */
  to: string;
}

/** Who plays the script, and how it is called where its state is asked for. */
interface Player {
  /** Undefined where bytes are passed on and no message is understood. */
  protocol: string | undefined;
  about: { protocol: string } | { to: string };
  start: (
    script: unknown,
    record: (event: Unstamped<UpstreamEvent>) => void,
    at: Address,
  ) => RunningUpstream;
}

/** Packets of others could be meant. */
const whyNoLoss =
  'no packets are lost in the network of the machine; `pipewrench run` has one of its own';
const explainedMax = 20;

/**
 * Plays the script until the signal is aborted. Returns the exit code. Throws a UserError, or an
 * AggregateError of them, for what the user can put right.
 */
export async function serveCommand(
  options: ServeCommand,
  { upstream: driver }: Pick<Tools, 'upstream'>,
  signal: AbortSignal,
): Promise<number> {
  const { protocol } = options;
  if (!driver.protocols.includes(protocol)) {
    throw unknownName('protocol', protocol, driver.protocols, 'pick one with --protocol');
  }
  const player: Player = {
    protocol,
    about: { protocol },
    start: (script, record, at) => driver.start(script, protocol, record, { whyNoLoss, at }),
  };
  return play(options, player, driver, signal);
}

/** As `serveCommand`, between clients and a real server. */
export async function proxyCommand(
  options: ProxyCommand,
  { upstream: driver }: Pick<Tools, 'upstream'>,
  signal: AbortSignal,
): Promise<number> {
  const to = parseAddress(options.to, '--to');
  const player: Player = {
    protocol: undefined,
    about: { to: formatAddress(to) },
    start: (script, record, at) => driver.startProxy(script, to, record, { whyNoLoss, at }),
  };
  return play(options, player, driver, signal);
}

async function play(
  { script: typed, listen, control, controlToken, json = false, explain }: PlayCommand,
  player: Player,
  driver: UpstreamDriver,
  signal: AbortSignal,
): Promise<number> {
  const script = loadScript(typed, player.protocol, driver);
  if (explain) {
    process.stdout.write(`${driver.explain(script).map(printable).join('\n')}\n`);
    return exitCodes.passed;
  }
  setMaxListeners(0, signal);
  const address = parseAddress(listen, '--listen');
  const controlAddress = control === false ? undefined : parseAddress(control, '--control');
  if (controlAddress) checkToken(controlAddress, controlToken);

  const outline = driver.outline(script);
  const progress = progressOf(outline);
  const kept = journal();
  const options = renderOptions(process.stdout);
  let hasFailed = false;
  const say = (text: string) => {
    if (!json) process.stdout.write(`${printable(text)}\n`);
  };
  const tell = (event: ServeEvent) => {
    kept.add(event);
    process.stdout.write(`${json ? JSON.stringify(event) : lineOf(event, options)}\n`);
  };
  const record = (unstamped: Unstamped<UpstreamEvent>) => {
    const event = { atUs: nowUs(), ...unstamped };
    progress.see(event);
    if (event.type === 'failed') hasFailed = true;
    tell(event);
  };
  const own = () => ({ atUs: nowUs(), source: 'serve' as const });

  const teardown = new Teardown();
  try {
    const explained = driver.explain(script);
    // First, so that nobody is told of an upstream that ends at once.
    const port =
      controlAddress &&
      (await startControl(controlAddress, controlToken, {
        state: () => ({
          address: formatAddress(upstream.address),
          ...player.about,
          script: explained,
          totals: progress.totals(),
          connections: progress.connections(),
          gates: gates.states(),
        }),
        events: () => kept.events(),
        openGate: (gate) => gates.open(gate, 'control'),
      }));
    if (port) teardown.add('the control port', port.stop);
    const upstream = startAt(address, () => player.start(script, record, address));
    teardown.add('the upstream', () => upstream.stop());
    for (const line of explained.slice(0, explainedMax)) say(line);
    if (explained.length > explainedMax) say(`and ${explained.length - explainedMax} more`);
    if (port) tell({ ...own(), type: 'control', address: port.url });

    const gates = gatekeeper({
      upstream,
      progress,
      onOpened: (gate, by) => tell({ ...own(), type: 'gate', gate, by }),
    });
    const keys = listenToKeys(process.stdin, gatesOf(outline), {
      open: (gate, by) => openAsked(gates, gate, by),
      show: () => describeKeys(keys, gates, say),
    });
    teardown.add('the keyboard', keys.stop);
    describeKeys(keys, gates, say);
    await aborted(signal);
  } finally {
    await teardown.unwind();
  }
  tell({ ...own(), type: 'summary', ...progress.totals() });
  return hasFailed ? exitCodes.unknown : exitCodes.passed;
}

/** Throws a UserError when nobody can listen there. */
function startAt(address: Address, start: () => RunningUpstream): RunningUpstream {
  try {
    return start();
  } catch (error) {
    throw whyNotListening(error, '--listen', address);
  }
}

function openAsked(gates: Gatekeeper, gate: string, by: Opener): void {
  try {
    gates.open(gate, by);
  } catch (error) {
    process.stderr.write(`${printable(messageOf(error))}\n`);
  }
}

function describeKeys(keys: Keys, gates: Gatekeeper, say: (text: string) => void): void {
  if (keys.gates.size === 0) return;
  const states = new Map(gates.states().map((gate) => [gate.name, gate]));
  for (const [key, name] of keys.gates) {
    const state = states.get(name);
    const waiting = state?.waiting.join(', ') || 'nobody';
    say(`press ${key} to open the gate "${name}" (${state?.isOpen ? 'open' : `${waiting} waits`})`);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
