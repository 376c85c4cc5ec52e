/**
 * The clients of one fake upstream, whatever carries their bytes: each gets the script of its ordinal,
 * and a gate opens once every script that leads to it has come there.
 */
import type { Receipt } from '../harness/event.ts';
import type { Channel } from './channel.ts';
import { Gates } from './gates.ts';
import { Stopped } from './limit.ts';
import { explainPhase, type ListenerPhase } from './listener.ts';
import { networkFaults } from './network.ts';
import { type Identity, play, type Record, type Service } from './player.ts';
import { stepsFor, type UpstreamScript } from './script.ts';
import { explain, gateOf, isFault, type Step } from './step.ts';

/** What an upstream does for its clients between the steps of their scripts. */
export interface Host {
  begin(of: Identity, channel: Channel, steps: readonly Step[]): Hosted;
  /** Called when no client is left. */
  close(): void;
}

export interface Hosted {
  service: Service;
  /** Called when the script of this client is over. */
  end(): void;
}

/** Where clients come from. */
export interface Entrance {
  /** Lets nobody in any more. Idempotent. */
  close(): void;
  /** Resolves when it is closed and nobody is being let in. */
  closed: Promise<void>;
}

interface Guest {
  channel: Channel;
  /** Names of gates that its script has not reached yet, in order. */
  gatesAhead: string[];
  finished: Promise<void>;
}

interface Props {
  script: UpstreamScript;
  host: Host;
  record: Record;
  /** Why packets must not be dropped here; null where they may. */
  whyNoLoss: string | null;
}

export class StageSet {
  readonly #script: UpstreamScript;
  readonly #host: Host;
  readonly #record: Record;
  readonly #network;
  readonly #gates = new Gates();
  readonly #gateWatchers = new Set<() => void>();
  /** Whose connection is not over. */
  readonly #guests = new Set<Guest>();
  #entered = 0;
  readonly #stopping = new AbortController();
  #phasesPlayed = 0;
  #hasStopped = false;

  constructor({ script, host, record, whyNoLoss }: Props) {
    this.#script = script;
    this.#host = host;
    this.#record = record;
    this.#network = networkFaults(whyNoLoss);
  }

  /** Plays the script of the next ordinal on the channel of a client that has come. */
  enter(channel: Channel): void {
    this.#entered += 1;
    const ordinal = this.#entered;
    const of: Identity = { source: 'upstream', tuple: channel.tuple, ordinal };
    const steps = stepsFor(this.#script, ordinal);
    const gatesAhead = steps.flatMap((step) => gateOf(step) ?? []);
    this.#record({ ...of, type: 'accepted' });
    const { service, end } = this.#host.begin(of, channel, steps);
    const finished = play({
      of,
      channel,
      service,
      steps,
      gates: this.#gates,
      network: this.#network,
      record: this.#record,
      signal: this.#stopping.signal,
      onGate: (gate) => {
        gatesAhead.splice(0, gatesAhead.indexOf(gate) + 1);
        this.#lookAtGates();
      },
    })
      .catch(this.failed)
      .finally(() => {
        end();
        gatesAhead.length = 0;
        if (channel.isClosed) this.#guests.delete(guest);
        this.#lookAtGates();
      });
    const guest = { channel, gatesAhead, finished };
    this.#guests.add(guest);
  }

  /** Resolves when the gate is open. Throws Stopped. */
  readonly passGate = async (gate: string): Promise<void> => {
    const passed = this.#gates.pass(gate);
    this.#lookAtGates();
    await passed;
    if (this.#stopping.signal.aborted) throw new Stopped();
  };

  /** To be called when a phase of the listener is over. */
  readonly phasePlayed = (phase: ListenerPhase, receipts: Receipt[]): void => {
    this.#phasesPlayed += 1;
    const text = explainPhase(phase);
    this.#record({ source: 'upstream', type: 'listener', step: phase.kind, text, receipts });
  };

  /** To be called with what the upstream itself broke down of; what only stops it is no failure. */
  readonly failed = (error: unknown): void => {
    if (error instanceof Stopped) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#record({ source: 'upstream', type: 'failed', reason });
  };

  /** See RunningUpstream. */
  readonly openGate = async (gate: string): Promise<void> => {
    if (!this.#mayOpen(gate)) {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (!this.#mayOpen(gate)) return;
          this.#gateWatchers.delete(look);
          resolve();
        };
        this.#gateWatchers.add(look);
      });
    }
    this.#gates.open(gate);
  };

  /** See RunningUpstream. */
  readonly openGateNow = (gate: string): void => this.#gates.open(gate);

  /** Ends every script and resolves when nothing is left. Idempotent. */
  async stop(entrance: Entrance): Promise<void> {
    this.#stopping.abort();
    entrance.close();
    this.#lookAtGates();
    this.#closeAll();
    this.#gates.openAll();
    await entrance.closed;
    // Who was being let in meanwhile.
    this.#closeAll();
    await Promise.all([...this.#guests].map(({ finished }) => finished));
    this.#host.close();
    await this.#network.stop();
    if (!this.#hasStopped) this.#recordUnreached();
    this.#hasStopped = true;
  }

  #mayOpen(gate: string): boolean {
    if (this.#stopping.signal.aborted || this.#gates.isOpen(gate)) return true;
    const isAhead = [...this.#guests].some(({ gatesAhead }) => gatesAhead.includes(gate));
    return this.#gates.waitingAt(gate) > 0 && !isAhead;
  }

  #lookAtGates(): void {
    for (const look of this.#gateWatchers) look();
  }

  #closeAll(): void {
    for (const { channel } of this.#guests) channel.close();
  }

  /** Faults that were never met: the script wanted more of the client, or of the workload. */
  #recordUnreached(): void {
    const { listener = [], connections } = this.#script;
    for (const phase of listener.slice(this.#phasesPlayed)) {
      this.#record({ source: 'upstream', type: 'unreached', text: explainPhase(phase) });
    }
    for (const [index, steps] of connections.entries()) {
      const ordinal = index + 1;
      if (ordinal <= this.#entered) continue;
      for (const step of steps.filter(isFault)) {
        this.#record({ source: 'upstream', type: 'unreached', ordinal, text: explain(step) });
      }
    }
  }
}
