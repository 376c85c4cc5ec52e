/** What an upstream does before it accepts connections: faults of the listener, as data, in order. */
import { z } from 'zod';
import type { Receipt } from '../harness/event.ts';
import { nowUs } from '../kernel/clock.ts';
import type { TcpListener } from '../kernel/tcp-listener.ts';
import { TcpSocket } from '../kernel/tcp-socket.ts';
import type { Protocol } from './protocols/protocol.ts';
import { transports } from './steps/definition.ts';
import { checked, someText } from './steps/numbers.ts';
import { type Form, say } from './words.ts';

const phaseSchema = z.strictObject({
  kind: z.enum(['refuse', 'full-backlog']),
  gate: someText,
});
export type ListenerPhase = z.infer<typeof phaseSchema>;

/** Connections are refused (RST) until the gate is opened: nobody listens. */
export const refuseUntil = (gate: string): ListenerPhase =>
  checked('refuseUntil', phaseSchema, { kind: 'refuse', gate });

/** The accept queue is full until the gate is opened: a SYN is not answered (listen(2), tcp(7)). */
export const fullBacklogUntil = (gate: string): ListenerPhase =>
  checked('fullBacklogUntil', phaseSchema, { kind: 'full-backlog', gate });

export interface PhaseDefinition {
  kind: ListenerPhase['kind'];
  summary: string;
  code: string;
  forms: readonly Form[];
  transports: readonly Protocol['transport'][];
  proof: string;
}

/** Every phase there is, in the order of the reference. */
export const phaseDefinitions: readonly PhaseDefinition[] = [
  {
    kind: 'refuse',
    summary: 'refuses connections until the gate is opened',
    code: "listener([refuseUntil('up')], connections(...))",
    forms: [{ words: 'refuse connections until the gate {gate:text} opens' }],
    transports: transports.any,
    proof:
      'a SYN that is answered by RST (UDP: a datagram that is answered by ICMP port unreachable)',
  },
  {
    kind: 'full-backlog',
    summary: 'keeps the accept queue full until the gate is opened, so that a SYN is not answered',
    code: "listener([fullBacklogUntil('up')], connections(...))",
    forms: [{ words: 'keep the accept queue full until the gate {gate:text} opens' }],
    transports: transports.tcp,
    proof: 'a SYN, and no answer to it before the gate is opened',
  },
];

export function explainPhase({ kind, gate }: ListenerPhase): string {
  const definition = phaseDefinitions.find((phase) => phase.kind === kind);
  return say(definition?.forms ?? [], { gate });
}

export { phaseSchema };

interface Prelude {
  listener: TcpListener;
  /** Resolves when the gate is open. */
  passGate: (gate: string) => Promise<void>;
  /** Told of each phase when it is over. */
  onPlayed: (phase: ListenerPhase, receipts: Receipt[]) => void;
  /** Told of connections that only fill the queue, so that nobody takes them for a client's. */
  onFiller: (tuple: string) => void;
}

/** Plays the phases; when it resolves, the listener listens. Throws SystemCallError. */
export async function playListener(
  phases: readonly ListenerPhase[],
  { listener, passGate, onPlayed, onFiller }: Prelude,
): Promise<void> {
  for (const [index, phase] of phases.entries()) {
    const receipts = await playPhase(phase, { listener, passGate, onFiller });
    // Told when it is so: who hears of the last one may connect at once.
    if (index === phases.length - 1) listener.listen();
    onPlayed(phase, receipts);
  }
}

async function playPhase(
  { kind, gate }: ListenerPhase,
  { listener, passGate, onFiller }: Omit<Prelude, 'onPlayed'>,
): Promise<Receipt[]> {
  const fromUs = nowUs();
  switch (kind) {
    case 'refuse':
      // Bound, so that nobody else gets the port, and not listening.
      await passGate(gate);
      return [{ segment: 'REFUSED', fromUs, toUs: nowUs() }];
    case 'full-backlog': {
      listener.listen({ backlog: 0 });
      // A queue of length 0 has room for one.
      const filler = await TcpSocket.connect(listener.address);
      onFiller(filler.tuple);
      try {
        await passGate(gate);
      } finally {
        filler.close();
      }
      listener.acceptNow()?.reset();
      return [{ segment: 'UNANSWERED-SYN', fromUs, toUs: nowUs() }];
    }
  }
}
