/** A documented pool, its upstream and what it told, unwound when the test ends. */
import type { DocumentedPoolOptions } from '../../../clients/documented-dns-pool/options.ts';
import { DocumentedDnsPool } from '../../../clients/documented-dns-pool/pool.ts';
import { type DnsAnswer, inWords, queryFor, updateOf } from '../../../clients/plain-dns.ts';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import type { Protocol } from '../../../fake-servers/protocols/protocol.ts';
import type { Step } from '../../../fake-servers/step.ts';
import type { Address } from '../../../kernel/address.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { type Played, playUpstream } from '../../support/upstream.ts';
import {
  answerBytes,
  listen,
  type ManualUpstream,
  type PoolEvent,
  readQuery,
  record,
  type Unwinds,
} from '../manual-upstream.ts';

type Options = Partial<DocumentedPoolOptions>;

interface Setting {
  pool: DocumentedDnsPool;
  events: PoolEvent[];
  /** What is told from now on calls back too. */
  onEvent(listener: (event: PoolEvent) => void): void;
  /** Each in a few words; of these types, or of all. */
  told(...types: PoolEvent['type'][]): string[];
  /** The answer in words. */
  ask(name: string, options?: { timeoutMs?: number }): Promise<string>;
  update(name: string): Promise<string>;
}

function openPool(t: Unwinds, { host, port }: Address, options: Options): Setting {
  const listeners: ((event: PoolEvent) => void)[] = [];
  const events = record(t, (event) => {
    for (const listener of listeners) listener(event);
  });
  const pool = new DocumentedDnsPool({ host, port, ...options });
  // It may be closed already, and closes only once.
  t.teardown(() => pool.close().catch(() => {}));
  const words = (kind: 'query' | 'update', name: string, answer: DnsAnswer) =>
    kind === 'query'
      ? inWords({ kind, name, type: 'A' }, answer)
      : inWords({ kind, name, data: '' }, answer);
  return {
    pool,
    events,
    onEvent: (listener) => listeners.push(listener),
    told: (...types) =>
      events.filter(({ type }) => types.length === 0 || types.includes(type)).map(toldAs),
    ask: async (name, exchangeOptions) =>
      words('query', name, await pool.exchange(queryFor(name, 'A'), exchangeOptions)),
    update: async (name) => words('update', name, await pool.exchange(updateOf(name, '192.0.2.1'))),
  };
}

/** With an upstream that plays scripts. */
export function play(
  t: Unwinds,
  scripts: Step[][],
  options: Options = {},
  protocol: Protocol = dnsTcp,
): Setting & Omit<Played, 'events'> {
  const played = playUpstream(t, scripts, { protocol });
  return { ...played, ...openPool(t, played.upstream.address, options) };
}

/** With an upstream whose every move is made by the test. */
export function set(t: Unwinds, options: Options = {}): Setting & ManualUpstream {
  const upstream = listen(t);
  return { ...upstream, ...openPool(t, upstream.target, options) };
}

/** Answers the next query and says what it was for. */
export async function answerNext(socket: TcpSocket, data = '10.0.0.1'): Promise<string> {
  const { id, name } = await readQuery(socket);
  await socket.send(answerBytes(id, name, data));
  return name;
}

/** One answered query, so that the pool has an idle connection. Returns the upstream's side. */
export async function warm({ ask, accept }: Setting & ManualUpstream): Promise<TcpSocket> {
  const asked = ask('warm.example');
  const socket = await accept();
  await answerNext(socket);
  await asked;
  return socket;
}

function toldAs(event: PoolEvent): string {
  switch (event.type) {
    case 'io':
      return `${event.call} ${event.error ?? event.bytes}`;
    case 'checkout':
      return event.reused ? 'checkout reused' : 'checkout new';
    case 'stale':
      return `stale ${event.reason} by ${event.found}`;
    case 'retry':
      return `retry ${event.cause}`;
    case 'destroy':
      return `destroy ${event.reason}`;
    case 'log':
      return `${event.level} ${event.text}`;
    default:
      return event.type;
  }
}
