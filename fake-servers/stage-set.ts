/** The clients of one fake upstream, whatever carries their bytes: each gets the script of its ordinal. */
import type { Receipt, Transport } from '../harness/event.ts';
import type { Channel } from './channel.ts';
import type { Gates } from './gates.ts';
import { Stopped } from './limit.ts';
import { explainPhase, type ListenerPhase } from './listener.ts';
import type { NetworkFaults } from './network.ts';
import { type Identity, play, type Record, type Service } from './player.ts';
import { shared, type UpstreamOptions } from './running-upstream.ts';
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
  finished: Promise<void>;
}

interface Props {
  script: UpstreamScript;
  host: Host;
  record: Record;
  /** Where clients come to. */
  address: string;
  transport: Transport;
  options: UpstreamOptions;
}

export class StageSet {
  readonly #script: UpstreamScript;
  readonly #host: Host;
  readonly #record: Record;
  /** What all events have in common that are about the upstream and not about one client. */
  readonly #identity: { source: 'upstream'; upstream?: string };
  readonly #entrance: { address: string; transport: Transport };
  readonly #network: NetworkFaults;
  readonly #gates: Gates;
  /** Whose connection is not over. */
  readonly #guests = new Set<Guest>();
  #entered = 0;
  readonly #stopping = new AbortController();
  #phasesPlayed = 0;
  #hasStopped = false;

  constructor({ script, host, record, address, transport, options }: Props) {
    const { name } = options;
    const { gates, network } = options.shared ?? shared(options.whyNoLoss);
    this.#script = script;
    this.#host = host;
    this.#record = record;
    this.#identity = { source: 'upstream', ...(name !== undefined && { upstream: name }) };
    this.#entrance = { address, transport };
    this.#gates = gates;
    this.#network = network;
    record({ ...this.#identity, type: 'listening', address });
  }

  /** Plays the script of the next ordinal on the channel of a client that has come. */
  enter(channel: Channel): void {
    this.#entered += 1;
    const ordinal = this.#entered;
    const of: Identity = { source: 'upstream', tuple: channel.tuple, ordinal };
    const steps = stepsFor(this.#script, ordinal);
    const path = this.#gates.lead(steps.flatMap((step) => gateOf(step) ?? []));
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
      onGate: path.reach,
    })
      .catch(this.failed)
      .finally(() => {
        end();
        if (channel.isClosed) this.#guests.delete(guest);
        path.end();
      });
    const guest = { channel, finished };
    this.#guests.add(guest);
  }

  /** Resolves when the gate is open. Throws Stopped. */
  readonly passGate = async (gate: string): Promise<void> => {
    await this.#gates.pass(gate);
    if (this.#stopping.signal.aborted) throw new Stopped();
  };

  /** To be called when a phase of the listener is over. */
  readonly phasePlayed = (phase: ListenerPhase, receipts: Receipt[]): void => {
    this.#phasesPlayed += 1;
    const { kind: step } = phase;
    const text = explainPhase(phase);
    this.#record({ ...this.#identity, type: 'listener', ...this.#entrance, step, text, receipts });
  };

  /** To be called with what the upstream itself broke down of; what only stops it is no failure. */
  readonly failed = (error: unknown): void => {
    if (error instanceof Stopped) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#record({ ...this.#identity, type: 'failed', reason });
  };

  /** See RunningUpstream. */
  readonly openGate = (gate: string): Promise<void> => this.#gates.openWhenReached(gate);

  /** See RunningUpstream. */
  readonly openGateNow = (gate: string): void => this.#gates.open(gate);

  /** Ends every script and resolves when nothing is left. Idempotent. */
  async stop(entrance: Entrance): Promise<void> {
    this.#stopping.abort();
    entrance.close();
    this.#closeAll();
    this.#gates.end();
    await entrance.closed;
    // Who was being let in meanwhile.
    this.#closeAll();
    await Promise.all([...this.#guests].map(({ finished }) => finished));
    this.#host.close();
    this.#network.stop();
    if (!this.#hasStopped) this.#recordUnreached();
    this.#hasStopped = true;
  }

  #closeAll(): void {
    for (const { channel } of this.#guests) channel.close();
  }

  /** Faults that were never met: the script wanted more of the client, or of the workload. */
  #recordUnreached(): void {
    const { listener = [], connections } = this.#script;
    for (const phase of listener.slice(this.#phasesPlayed)) {
      this.#record({ ...this.#identity, type: 'unreached', text: explainPhase(phase) });
    }
    for (const [index, steps] of connections.entries()) {
      const ordinal = index + 1;
      if (ordinal <= this.#entered) continue;
      for (const step of steps.filter(isFault)) {
        this.#record({ ...this.#identity, type: 'unreached', ordinal, text: explain(step) });
      }
    }
  }
}
