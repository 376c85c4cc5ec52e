/** Finds the command, and refuses what Redis refuses before it looks at the arguments. */
import { type Commands, type Spec, textOf } from './command.ts';
import { connectionCommands } from './connection-commands.ts';
import { error, ok, type Reply } from './reply.ts';
import type { Session } from './session.ts';
import { stringCommands } from './string-commands.ts';
import { subscriptionCommands } from './subscription-commands.ts';

const transactionCommands: Commands = {
  multi: { words: [1, 1], run: (_, session) => begin(session) },
  exec: { words: [1, 1], run: (_, session) => commit(session) },
  discard: { words: [1, 1], run: (_, session) => discard(session) },
};

const commands: Commands = {
  ...stringCommands,
  ...connectionCommands,
  ...subscriptionCommands,
  ...transactionCommands,
};

const neverQueued: readonly string[] = ['multi', 'exec', 'discard', 'quit'];
/** All that a client of RESP2 may say while it is subscribed. */
const whileSubscribed: readonly string[] = ['subscribe', 'unsubscribe', 'ping', 'quit'];

/** One reply, but for subscriptions: one for each channel. */
export function execute(session: Session, words: readonly Buffer[]): readonly Reply[] {
  const found = find(words);
  const refusal = found.refusal ?? refusalWhileSubscribed(found.name, session);
  if (refusal !== undefined) return [refuse(refusal, found.name, session)];
  const run = () => found.spec?.run(words, session) ?? [];
  if (!session.queued || neverQueued.includes(found.name)) return run();
  session.queued.push(run);
  return [{ kind: 'status', text: 'QUEUED' }];
}

/** A refused command spoils the transaction that it is in; a refused EXEC ends it. */
function refuse(text: string, name: string, session: Session): Reply {
  if (name === 'exec') {
    end(session);
    return error(`EXECABORT Transaction discarded because of: ${text}`);
  }
  if (session.queued) session.isSpoilt = true;
  return error(`ERR ${text}`);
}

function refusalWhileSubscribed(name: string, session: Session): string | undefined {
  const isFree = session.version === 3 || session.subscriptions.size === 0;
  if (isFree || whileSubscribed.includes(name)) return undefined;
  return `Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}

/** By its full name, `client|setname`, and why it cannot be run if it cannot. */
type Found =
  | { name: string; spec: Spec; refusal?: never }
  | { name: string; spec?: never; refusal: string };

function find(words: readonly Buffer[]): Found {
  const name = textOf(words[0]).toLowerCase();
  const spec = lookUp(commands, name);
  if (!spec) return { name, refusal: unknownCommand(words) };
  const subcommand = textOf(words[1]).toLowerCase();
  if (!spec.subcommands || words.length === 1) return fitting(name, spec, words);
  const inner = lookUp(spec.subcommands, subcommand);
  if (inner) return fitting(`${name}|${subcommand}`, inner, words);
  const shown = textOf(words[1]).slice(0, 128);
  return { name, refusal: `unknown subcommand '${shown}'. Try ${name.toUpperCase()} HELP.` };
}

function lookUp(table: Commands, name: string): Spec | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function fitting(name: string, spec: Spec, { length }: readonly Buffer[]): Found {
  const [wordsMin, wordsMax] = spec.words;
  if (length >= wordsMin && length <= wordsMax) return { name, spec };
  return { name, refusal: `wrong number of arguments for '${name}' command` };
}

function unknownCommand(words: readonly Buffer[]): string {
  const [name, ...rest] = words.map((word) => textOf(word).slice(0, 128));
  let quoted = '';
  for (const word of rest) {
    if (quoted.length >= 128) break;
    quoted += `'${word.slice(0, 128 - quoted.length)}' `;
  }
  return `unknown command '${name}', with args beginning with: ${quoted}`;
}

function begin(session: Session): Reply[] {
  if (session.queued) return [error('ERR MULTI calls can not be nested')];
  session.queued = [];
  return [ok];
}

function commit(session: Session): Reply[] {
  const { queued, isSpoilt } = session;
  if (!queued) return [error('ERR EXEC without MULTI')];
  end(session);
  if (isSpoilt) {
    return [error('EXECABORT Transaction discarded because of previous errors.')];
  }
  return [{ kind: 'array', items: queued.flatMap((run) => run()) }];
}

function discard(session: Session): Reply[] {
  if (!session.queued) return [error('ERR DISCARD without MULTI')];
  end(session);
  return [ok];
}

function end(session: Session): void {
  session.queued = undefined;
  session.isSpoilt = false;
}
