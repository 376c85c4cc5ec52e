/** What a MySQL server and one client say to each other. */
import { sqlKey } from '../../../harness/keys.ts';
import {
  type ByteSource,
  type Conversation,
  MalformedMessage,
  type Message,
  type Response,
} from '../protocol.ts';
import { isSetting } from '../sql/parse.ts';
import type { Session } from '../sql/session.ts';
import type { Value } from '../sql/value.ts';
import { doneInWords } from '../sql/words.ts';
import { type Command, parseCommand } from './command.ts';
import { inactive, unknownCommand, unknownStatement, wrongArguments } from './error.ts';
import { type Answered, executed, prepared, queried, refused, statusOf } from './execute.ts';
import { greeting, type Login, parseLogin, welcome } from './handshake.ts';
import { framed, type Packet, readPacket, renumbered } from './packet.ts';
import { readParameters } from './parameters.ts';
import { eof, err, ok } from './payload.ts';
import { type Prepared, PreparedStatements } from './prepared.ts';

interface Execution {
  /** Undefined when there is no such statement. */
  statement: Prepared | undefined;
  /** Undefined when one of them is of a type that is not understood. */
  values: readonly Value[] | undefined;
}

/** What was read last. */
type Read =
  | { kind: 'login'; login: Login }
  | { kind: 'proof' }
  | { kind: 'command'; command: Command; execution: Execution | undefined };

type Phase = 'login' | 'proof' | 'commands' | 'over';

/** The client's half of the handshake goes on counting; each command begins a count of its own. */
const expectedSequence = { login: 1, proof: 3, commands: 0 } as const;

export class MysqlConversation implements Conversation {
  readonly #session: Session;
  readonly #onEnd: () => void;
  readonly #statements = new PreparedStatements();
  #phase: Phase = 'login';
  #hasMultiStatements = false;
  #last: { read: Read; sequence: number } | undefined;

  constructor(session: Session, onEnd: () => void) {
    this.#session = session;
    this.#onEnd = onEnd;
  }

  greet(): Buffer {
    return framed([greeting(this.#session.id)], 0);
  }

  async read(source: ByteSource): Promise<Message | undefined> {
    if (this.#phase === 'over') return undefined;
    const packet = await readPacket(source);
    if (!packet) return undefined;
    const expected = expectedSequence[this.#phase];
    if (packet.sequence !== expected) {
      throw new MalformedMessage(`expected packet ${expected}, got packet ${packet.sequence}`);
    }
    const read = this.#parse(packet, this.#phase);
    this.#last = { read, sequence: packet.sequence };
    const { key, text } = named(read);
    this.#session.busyWith(text);
    return { bytes: packet.bytes, key };
  }

  respond(): Response {
    if (!this.#last) throw new Error('expected a message to be read first');
    const { read, sequence } = this.#last;
    const { payloads, words } = this.#answer(read);
    this.#session.busyWith(null);
    return { answer: words, bytes: framed(payloads, sequence + 1) };
  }

  end(): void {
    this.#onEnd();
  }

  withWrongId({ answer, bytes }: Response): Response {
    return { answer, bytes: renumbered(bytes) };
  }

  farewell(): Buffer {
    return framed([err(inactive)], 0);
  }

  #parse({ payload }: Packet, phase: Exclude<Phase, 'over'>): Read {
    if (phase === 'login') return { kind: 'login', login: parseLogin(payload) };
    if (phase === 'proof') return { kind: 'proof' };
    const command = parseCommand(payload);
    if (command.kind !== 'execute') return { kind: 'command', command, execution: undefined };
    const statement = this.#statements.get(command.statementId);
    const values = statement && readParameters(command.parameters, statement.memory);
    return { kind: 'command', command, execution: { statement, values } };
  }

  #answer(read: Read): Answered {
    switch (read.kind) {
      case 'login':
        return this.#logIn(read.login);
      case 'proof':
        this.#phase = 'commands';
        return this.#done('logged in');
      case 'command':
        return this.#obey(read.command, read.execution);
    }
  }

  #logIn(login: Login): Answered {
    const { payloads, isSwitching } = welcome(login, this.#session.id);
    this.#session.user = login.user;
    this.#session.database = login.database;
    this.#hasMultiStatements = login.hasMultiStatements;
    this.#phase = isSwitching ? 'proof' : 'commands';
    return { payloads, words: isSwitching ? 'another proof, please' : 'logged in' };
  }

  #obey(command: Command, execution: Execution | undefined): Answered {
    switch (command.kind) {
      case 'quit':
        this.#phase = 'over';
        return { payloads: [], words: 'bye' };
      case 'init-db':
        this.#session.database = command.database;
        return this.#done();
      case 'query':
        return queried(command.text, this.#session, this.#hasMultiStatements);
      case 'ping':
        return this.#done();
      case 'prepare':
        return prepared(command.text, this.#session, this.#statements);
      case 'execute':
        return this.#execute(command.statementId, execution);
      case 'long-data':
        this.#statements.addLongData(command.statementId, command.parameter, command.bytes);
        return { payloads: [], words: '' };
      case 'close-statement':
        this.#statements.remove(command.statementId);
        return { payloads: [], words: '' };
      case 'reset-statement':
        return this.#resetStatement(command.statementId);
      case 'reset-connection':
        this.#statements.clear();
        this.#session.reset();
        return this.#done();
      case 'set-option':
        this.#hasMultiStatements = command.hasMultiStatements;
        return { payloads: [eof(statusOf(this.#session))], words: doneInWords(0) };
      case 'unknown':
        return refused(unknownCommand);
    }
  }

  #execute(id: number, execution: Execution | undefined): Answered {
    const { statement, values } = execution ?? {};
    if (!statement) return refused(unknownStatement(id, 'mysqld_stmt_execute'));
    return values ? executed(statement, values, this.#session) : refused(wrongArguments);
  }

  #resetStatement(id: number): Answered {
    const statement = this.#statements.get(id);
    if (!statement) return refused(unknownStatement(id, 'mysqld_stmt_reset'));
    statement.memory.longData.clear();
    return this.#done();
  }

  #done(words = doneInWords(0)): Answered {
    return { payloads: [ok(statusOf(this.#session))], words };
  }
}

/** The request's key, and its text in the list of processes. */
function named(read: Read): { key: string | undefined; text: string | null } {
  const nothing = { key: undefined, text: null };
  if (read.kind !== 'command') return nothing;
  const { command, execution } = read;
  switch (command.kind) {
    case 'ping':
      return { key: 'ping', text: null };
    case 'query':
      return {
        key: isSetting(command.text) ? undefined : sqlKey(command.text),
        text: command.text,
      };
    case 'execute': {
      const text = execution?.statement?.text;
      if (text === undefined) return { key: `execute ${command.statementId}`, text: null };
      return { key: isSetting(text) ? undefined : sqlKey(text, execution?.values), text };
    }
    default:
      return nothing;
  }
}
