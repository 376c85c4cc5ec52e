/** Which query was sent on which connection: nothing that the pool tells names both. */
import { StreamConnection } from '../../clients/dns-pool/stream-connection.ts';
import type { Attempt } from './match.ts';

export class AttemptLog {
  readonly #byText = new Map<string, Attempt[]>();

  /** From now on every attempt of this process is noted. */
  start(): void {
    const { send } = StreamConnection.prototype;
    const note = (text: string, attempt: Attempt) => {
      const attempts = this.#byText.get(text);
      if (attempts) attempts.push(attempt);
      else this.#byText.set(text, [attempt]);
    };
    StreamConnection.prototype.send = function (request) {
      const { tuple: connection = 'not connected', answered } = this;
      note(request.encoded.text(), { connection, isFirst: answered === 0 });
      send.call(this, request);
    };
  }

  /** Those of a query for an address, which is settled: they are not kept. */
  take(name: string): Attempt[] {
    const text = `${name} A`;
    const attempts = this.#byText.get(text) ?? [];
    this.#byText.delete(text);
    return attempts;
  }
}
