/** The workload of the raw client: what the captured client sent, by system calls. */
import { type Found, literal } from './plan.ts';

/** Longer ones are sent as as many bytes of no meaning. */
const literalMax = 4000;
/** Whatever is there: of a longer answer the first part. */
export const recvCode = 'call.recv(65_536)';

/** Writes the workload, and knows the number of each operation. */
export class Workload {
  readonly protocol: string;
  readonly steps: string[] = [];
  readonly #found: Found;
  #operations = 0;
  #turn = 0;

  constructor(found: Found) {
    this.#found = found;
    this.protocol = protocolOf(found);
    this.call('call.connect()');
    if (found.talk.greetingBytes > 0 && this.protocol !== 'raw') this.call(recvCode);
  }

  /** @returns Its number. */
  call(code: string): number {
    this.#operations += 1;
    this.steps.push(code);
    return this.#operations;
  }

  wait(code: string): void {
    this.steps.push(code);
  }

  /** What the client said next, or the same again where the capture has no more. */
  send(): number {
    const { turns } = this.#found.talk;
    const said = withoutFarewell(turns[this.#turn]?.bytes, this.protocol);
    this.#turn += 1;
    const again = turns.findLast(({ answeredBytes }) => answeredBytes > 0)?.bytes;
    const bytes = said.length > 0 ? said : (again ?? Buffer.from('request'));
    return this.call(`call.send(${bytesCode(bytes, this.protocol)})`);
  }

  exchange(): { sent: number; received: number } {
    return { sent: this.send(), received: this.call(recvCode) };
  }

  /**
   * All that was answered before it went wrong, at least so many times.
   * @returns Steps of the upstream for it: how many requests these were is not counted, because fakes and
   *   explain count logins and settings of a client each in its own way.
   */
  served(turnsMin = 0): string[] {
    const turns = Math.max(turnsMin, this.#found.servedTurns);
    for (let left = turns; left > 0; left--) this.exchange();
    if (turns === 0) return [];
    this.wait("open('fault')");
    return ["serveUntil({ gate: 'fault' })"];
  }

  /** The same, and then nothing for as long as the captured connection lay idle. */
  servedAndIdle(): string[] {
    const { servedTurns, idleMs } = this.#found;
    for (let left = servedTurns; left > 0; left--) this.exchange();
    this.wait("clientState('CLOSE_WAIT')");
    return [`serveUntil({ idleMs: ${idleMs} })`];
  }
}

/** What a client says when it leaves, COM_QUIT of MySQL and Terminate of PostgreSQL: no answer comes to it. */
const farewells: Readonly<Record<string, Buffer>> = {
  mysql: Buffer.from([1, 0, 0, 0, 1]),
  postgres: Buffer.from([0x58, 0, 0, 0, 4]),
};

function withoutFarewell(bytes: Buffer = Buffer.alloc(0), protocol: string): Buffer {
  const farewell = farewells[protocol];
  const at = farewell ? bytes.length - farewell.length : -1;
  return farewell && at >= 0 && bytes.subarray(at).equals(farewell) ? bytes.subarray(0, at) : bytes;
}

function protocolOf({ connection: { protocol }, talk, note }: Found): string {
  switch (protocol) {
    case 'dns':
      return 'dns-tcp';
    case 'http':
    case 'mysql':
    case 'postgres':
    case 'redis': {
      if (talk.turns.every(({ bytes }) => bytes.length <= literalMax)) return protocol;
      note(`Requests are long here: as many bytes without meaning are sent and echoed.`);
      return 'raw';
    }
    case 'tls':
      note(
        'TLS cannot be played without its keys: as many bytes without meaning are sent and echoed.',
      );
      return 'raw';
    case 'unknown':
      note('The protocol is not known: what the client sends is echoed.');
      return 'raw';
  }
}

function bytesCode(bytes: Buffer, protocol: string): string {
  const text = bytes.toString('latin1');
  const isSpoken = protocol !== 'raw' || /^[\x20-\x7e\r\n\t]*$/.test(text);
  // A server that is asked to close would not answer the next one.
  const kept = protocol === 'http' ? text.replace(/^connection: *close\r\n/gim, '') : text;
  if (bytes.length <= literalMax && isSpoken) return literal(kept);
  return `'x'.repeat(${Math.min(bytes.length, 60_000)})`;
}
