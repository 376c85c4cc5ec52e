/** Looks through the idle connections every 30 s, as document 001 has it. */
import type { Clock } from '../clock.ts';
import type { Channel } from './channel.ts';
import type { PooledConnection } from './pooled-connection.ts';

const sweepMs = 30_000;

export interface Sweep {
  clock: Clock;
  /** Milliseconds. */
  idleMs: number;
  idle: Channel<PooledConnection>;
  /** The next one is looked at when this is done. */
  expire(pooled: PooledConnection): Promise<void>;
}

export class Sweeper {
  readonly #sweep: Sweep;
  #isSweeping = false;
  #cancel = () => {};

  constructor(sweep: Sweep) {
    this.#sweep = sweep;
    this.#schedule();
  }

  stop(): void {
    this.#cancel();
  }

  #schedule(): void {
    this.#cancel = this.#sweep.clock.after(sweepMs, () => {
      this.#schedule();
      void this.#lookThrough();
    });
  }

  /** A tick that comes while the one before is still at work is dropped, as Go's Ticker does. */
  async #lookThrough(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    const { clock, idleMs, idle, expire } = this.#sweep;
    for (let left = idle.length; left > 0; left--) {
      const pooled = idle.tryReceive();
      if (!pooled) break;
      if (clock.nowMs() - pooled.lastUsedMs < idleMs) idle.trySend(pooled);
      else await expire(pooled);
    }
    this.#isSweeping = false;
  }
}
