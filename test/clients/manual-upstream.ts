/** An upstream whose every move is made by the test, and what clients tell meanwhile. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type DecodedPacket, decode, encode } from 'dns-packet';
import {
  type ClientEvent,
  clientChannelName,
  eventSchema,
  type Unstamped,
} from '../../harness/event.ts';
import type { Address } from '../../kernel/address.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { anyPort, readBytes } from '../support/sockets.ts';

export type PoolEvent = Unstamped<ClientEvent>;

export interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

export interface ManualUpstream {
  target: Address;
  /** The upstream's side of the next connection. */
  accept(): Promise<TcpSocket>;
  /** From now on connections are refused. */
  refuse(): void;
}

export function listen(t: Unwinds): ManualUpstream {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const accepted = listener.connections();
  return {
    target: listener.address,
    async accept() {
      const { value } = await accepted.next();
      if (!value) throw new Error('the listener was closed');
      t.teardown(() => value.close());
      return value;
    },
    refuse: () => listener.close(),
  };
}

/** Everything that clients publish until the test ends, as the harness would take it. */
export function record(t: Unwinds, onEvent: (event: PoolEvent) => void = () => {}): PoolEvent[] {
  const events: PoolEvent[] = [];
  const receive = (message: unknown) => {
    const event = message as PoolEvent;
    // Throws for an event that the harness would refuse.
    eventSchema.parse({ ...event, atUs: 1 });
    events.push(event);
    onEvent(event);
  };
  subscribe(clientChannelName, receive);
  t.teardown(() => {
    unsubscribe(clientChannelName, receive);
  });
  return events;
}

export interface Received {
  id: number;
  name: string;
  packet: DecodedPacket;
}

export async function readQuery(socket: TcpSocket): Promise<Received> {
  const length = await readBytes(socket, 2);
  const packet = decode(await readBytes(socket, length.readUInt16BE(0)));
  const { id = 0, questions = [] } = packet;
  return { id, name: questions[0]?.name ?? '', packet };
}

/** With the length in front. */
export function answerBytes(id: number, name: string, data: string): Buffer {
  const answers = [{ type: 'A' as const, name, data }];
  const message = encode({ type: 'response', id, questions: [{ type: 'A', name }], answers });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}

export async function failure(
  request: Promise<unknown>,
): Promise<{ code: string; message: string }> {
  try {
    await request;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('expected the request to fail, got an answer');
}
