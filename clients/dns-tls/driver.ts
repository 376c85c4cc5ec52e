/** DNS over TLS (RFC 7858) on one kept connection: a first version, without probe and without retry. */
import type { Operation } from '../../harness/event.ts';
import { publish } from '../events.ts';
import { clientClosed, DnsTlsConnection, type Target } from './connection.ts';
import { DnsTlsError } from './error.ts';

const idMax = 0xffff;

export const dnsTlsDriver = {
  name: 'dns-tls',
  description: 'DNS over TLS on one kept connection; the certificate is verified',
  protocols: ['dns-tls'],
  operations: ['query'] as const,
  isPool: true,
  open: (target: Target, { ca }: { ca?: string | undefined }) => new DnsTlsClient(target, ca),
};

class DnsTlsClient {
  readonly #target: Target;
  readonly #ca: string | undefined;
  readonly #closing = new AbortController();
  readonly #stats = { queries: 0, connections: 0, errors: 0 };
  #connection: DnsTlsConnection | undefined;
  /** Of the last request, whatever it came to. */
  #done: Promise<unknown> = Promise.resolve();
  #lastId = 0;

  constructor(target: Target, ca: string | undefined) {
    this.#target = target;
    this.#ca = ca;
  }

  /** One after the other. Rejects with DnsTlsError. */
  request(operation: Operation): Promise<string> {
    const answer = this.#done.then(() => this.#counted(operation));
    this.#done = answer.catch(() => {});
    return answer;
  }

  stats() {
    return { ...this.#stats };
  }

  /** Whoever still waits fails with `CLOSED`. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
    await this.#done;
  }

  async #counted(operation: Operation): Promise<string> {
    this.#stats.queries += 1;
    try {
      return await this.#exchange(operation);
    } catch (error) {
      this.#stats.errors += 1;
      throw error;
    }
  }

  async #exchange(operation: Operation): Promise<string> {
    if (this.#closing.signal.aborted) throw clientClosed();
    if (operation.kind !== 'query') {
      throw new DnsTlsError('UNSUPPORTED', `expected a query, got "${operation.kind}"`);
    }
    const connection = await this.#checkout();
    this.#lastId = (this.#lastId + 1) & idMax;
    return connection.query(this.#lastId, operation.name, operation.type);
  }

  async #checkout(): Promise<DnsTlsConnection> {
    const kept = this.#connection?.isDead ? undefined : this.#connection;
    const connection =
      kept ?? (await DnsTlsConnection.open(this.#target, this.#ca, this.#closing.signal));
    if (!kept) this.#stats.connections += 1;
    this.#connection = connection;
    const { tuple } = connection;
    publish({ source: 'client', type: 'checkout', reused: kept !== undefined, tuple });
    return connection;
  }
}
