/** How many sockets this process has to some upstreams, as the kernel counts them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { fstatSync, readdirSync } from 'node:fs';
import { type SocketCounts, SocketTable } from './socket-table.ts';

const sampleMs = 50;
/** A dump with all that is in TIME_WAIT can be long. */
const timeWaitSampleMs = 1000;
/** Node's own, published for each client socket it makes. */
const dialChannel = 'net.client.socket';

/**
 * Descriptors are counted after every dial: only a dial makes more of them, so the most that was
 * counted is the most there was. The kernel's table of TCP sockets takes too long for that, and is
 * sampled; it also shows what no descriptor holds any more.
 */
export class SocketWatch {
  dials = 0;
  descriptorsMost = 0;
  readonly most: SocketCounts = { held: 0, orphaned: 0, timeWait: 0 };
  samples = 0;

  readonly #ports: ReadonlySet<number>;
  readonly #table = new SocketTable();
  readonly #descriptorsBefore = countDescriptors();
  readonly #timers: NodeJS.Timeout[];

  /** To be made before the first socket is. */
  constructor(ports: ReadonlySet<number>) {
    this.#ports = ports;
    subscribe(dialChannel, this.#dialed);
    this.#timers = [
      setInterval(() => this.#sample(false), sampleMs),
      setInterval(() => this.#sample(true), timeWaitSampleMs),
    ];
  }

  /** Of sockets that were opened since this was made and are open now. */
  get descriptors(): number {
    return countDescriptors() - this.#descriptorsBefore;
  }

  now(): SocketCounts {
    return this.#table.countTo(this.#ports, { withTimeWait: true });
  }

  stop(): void {
    unsubscribe(dialChannel, this.#dialed);
    for (const timer of this.#timers) clearInterval(timer);
    this.#table.close();
  }

  /** Node asks for the descriptor in the next tick, which begins after this one's has. */
  readonly #dialed = () => {
    this.dials += 1;
    process.nextTick(() => process.nextTick(() => this.#countNow()));
  };

  #countNow(): void {
    this.descriptorsMost = Math.max(this.descriptorsMost, this.descriptors);
  }

  #sample(withTimeWait: boolean): void {
    const counts = this.#table.countTo(this.#ports, { withTimeWait });
    for (const kind of ['held', 'orphaned', 'timeWait'] as const) {
      this.most[kind] = Math.max(this.most[kind], counts[kind]);
    }
    this.samples += 1;
  }
}

function countDescriptors(): number {
  return readdirSync('/proc/self/fd').filter(isSocket).length;
}

function isSocket(fd: string): boolean {
  try {
    return fstatSync(Number(fd)).isSocket();
  } catch {
    // The descriptor that listed the folder is gone by now.
    return false;
  }
}
