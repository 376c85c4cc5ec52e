/** Whether an upstream is worth asking, from what became of the requests before. */
import type { DnsPoolErrorClass } from './errors.ts';

export interface HealthLimits {
  /** Failures in a row after which an upstream counts as down. */
  failuresMax: number;
  /** How long it is left alone then. Doubles with each failure after that. Milliseconds. */
  downMs: number;
  /** Never longer than this. Milliseconds. */
  downMsMax: number;
}

/**
 * What the upstream has to answer for. Not in it: what this machine ran out of (001.13), what the caller
 * wanted, and how many requests wait here.
 */
const blamed: Readonly<Record<DnsPoolErrorClass, boolean>> = {
  reset: true,
  eof: true,
  'broken-pipe': true,
  network: true,
  dial: true,
  certificate: true,
  timeout: true,
  protocol: true,
  local: false,
  deadline: false,
  'queue-full': false,
  'queue-timeout': false,
  closed: false,
  aborted: false,
  'invalid-query': false,
  'all-failed': false,
};

export class Health {
  readonly #limits: HealthLimits;
  #failures = 0;
  #downUntilMs = Number.NEGATIVE_INFINITY;

  constructor(limits: HealthLimits) {
    this.#limits = limits;
  }

  /** In a row, up to now. */
  get failures(): number {
    return this.#failures;
  }

  isDown(nowMs: number): boolean {
    return nowMs < this.#downUntilMs;
  }

  /** Any answer will do: whoever says SERVFAIL is there. */
  answered(): void {
    this.#failures = 0;
    this.#downUntilMs = Number.NEGATIVE_INFINITY;
  }

  failed(errorClass: DnsPoolErrorClass, nowMs: number): void {
    if (!blamed[errorClass]) return;
    const { failuresMax, downMs, downMsMax } = this.#limits;
    this.#failures += 1;
    const beyond = this.#failures - failuresMax;
    if (beyond >= 0) this.#downUntilMs = nowMs + Math.min(downMs * 2 ** beyond, downMsMax);
  }
}
