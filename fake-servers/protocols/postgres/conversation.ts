/** What a PostgreSQL server and one client say to each other. */
import type { ByteSource, Conversation, Message, Response } from '../protocol.ts';
import type { Session } from '../sql/session.ts';
import { errorInWords, joinedWords } from '../sql/words.ts';
import * as backend from './backend.ts';
import { reported } from './dialect.ts';
import { adminShutdown, type ServerError, serverErrorOf } from './error.ts';
import { executionsOf, keyOf } from './executions.ts';
import { Extended } from './extended.ts';
import { type Frontend, type Opening, readOpening, readRequest } from './frontend.ts';
import { queried } from './simple.ts';

/** What was read last. */
type Read =
  | { kind: 'opening'; opening: Opening }
  | { kind: 'request'; messages: readonly Frontend[] };

/** What is said to a request, as it grows. */
interface Saying {
  parts: Buffer[];
  words: string[];
}

type Startup = Extract<Opening, { kind: 'startup' }>;

export class PostgresConversation implements Conversation {
  readonly #session: Session;
  readonly #onEnd: () => void;
  readonly #extended: Extended;
  #phase: 'opening' | 'requests' | 'over' = 'opening';
  /** After an error all up to the next Sync is left out. */
  #isSkipping = false;
  #last: Read | undefined;

  constructor(session: Session, onEnd: () => void) {
    this.#session = session;
    this.#onEnd = onEnd;
    this.#extended = new Extended(session);
  }

  async read(source: ByteSource): Promise<Message | undefined> {
    if (this.#phase === 'over') return undefined;
    if (this.#phase === 'opening') {
      const received = await readOpening(source);
      if (!received) return undefined;
      this.#last = { kind: 'opening', opening: received.content };
      return { bytes: received.bytes, key: undefined };
    }
    const received = await readRequest(source);
    if (!received) return undefined;
    const { bytes, content: messages } = received;
    this.#last = { kind: 'request', messages };
    const { statements, portals } = this.#extended;
    const executions = executionsOf(messages, statements, portals);
    const texts = executions.map(({ text }) => text);
    this.#session.busyWith(texts.length === 0 ? null : texts.join('; '));
    return { bytes, key: keyOf(executions) };
  }

  respond(): Response {
    if (!this.#last) throw new Error('expected a message to be read first');
    const response =
      this.#last.kind === 'opening'
        ? this.#open(this.#last.opening)
        : this.#answer(this.#last.messages);
    this.#session.busyWith(null);
    return response;
  }

  end(): void {
    this.#onEnd();
  }

  farewell(): Buffer {
    return backend.errorResponse(adminShutdown);
  }

  /** A server says so whenever it reads its configuration again. */
  push(): Buffer {
    return backend.parameterStatus('TimeZone', reported.TimeZone);
  }

  #open(opening: Opening): Response {
    switch (opening.kind) {
      case 'encryption':
        return { answer: 'no encryption', bytes: backend.noEncryption };
      case 'cancel':
        this.#phase = 'over';
        return { answer: '', bytes: Buffer.alloc(0) };
      case 'startup':
        this.#phase = 'requests';
        return { answer: 'logged in', bytes: this.#welcome(opening) };
    }
  }

  #welcome({ parameters, minorVersion }: Startup): Buffer {
    const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    const user = parameters.get('user') ?? '';
    this.#session.user = user;
    this.#session.database = parameters.get('database') ?? user;
    const settings = [...parameters]
      .filter(([name]) => !['user', 'database', 'options', 'replication'].includes(name))
      .map(([name, value]) => ({ name: name.toLowerCase(), value }));
    this.#session.execute({ kind: 'set', settings });
    const isNewer = minorVersion > 0 || unknown.length > 0;
    const application = parameters.get('application_name') ?? '';
    return Buffer.concat([
      ...(isNewer ? [backend.negotiateProtocolVersion(unknown)] : []),
      backend.authenticationOk,
      ...Object.entries({ ...reported, application_name: application }).map(([name, value]) =>
        backend.parameterStatus(name, value),
      ),
      backend.backendKeyData(this.#session.id, this.#session.id),
      this.#ready(),
    ]);
  }

  #answer(messages: readonly Frontend[]): Response {
    const saying: Saying = { parts: [], words: [] };
    for (const message of messages) {
      if (message.kind === 'sync') this.#sync(saying);
      else if (!this.#isSkipping) this.#obey(message, saying);
    }
    return { answer: joinedWords(saying.words), bytes: Buffer.concat(saying.parts) };
  }

  #obey(message: Exclude<Frontend, { kind: 'sync' }>, saying: Saying): void {
    switch (message.kind) {
      case 'query':
        this.#query(message.text, saying);
        return;
      case 'terminate':
        this.#phase = 'over';
        return;
      case 'flush':
      case 'password':
        // What is there is sent at once, and every password is right before it is said.
        return;
      default:
        this.#attempt(saying, () => {
          this.#session.transactions.openImplicit();
          const { bytes, words } = this.#extended.handle(message);
          saying.parts.push(bytes);
          if (words !== undefined) saying.words.push(words);
        });
    }
  }

  #query(text: string, saying: Saying): void {
    const { parts, words, error } = queried(text, this.#session);
    saying.parts.push(Buffer.concat(parts));
    saying.words.push(...words);
    if (error) this.#fail(error, saying);
    saying.parts.push(this.#ready());
  }

  #sync(saying: Saying): void {
    this.#isSkipping = false;
    this.#attempt(saying, () => this.#session.transactions.closeImplicit());
    this.#isSkipping = false;
    if (this.#session.transactions.state === 'none') this.#extended.portals.clear();
    saying.parts.push(this.#ready());
  }

  #attempt(saying: Saying, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(serverErrorOf(error), saying);
      this.#isSkipping = true;
    }
  }

  #fail(error: ServerError, saying: Saying): void {
    this.#session.transactions.abort();
    saying.parts.push(backend.errorResponse(error));
    saying.words.push(errorInWords(error.code, error.text));
  }

  #ready(): Buffer {
    const { state } = this.#session.transactions;
    return backend.readyForQuery(state === 'none' ? 'I' : state === 'open' ? 'T' : 'E');
  }
}
