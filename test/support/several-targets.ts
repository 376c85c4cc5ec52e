/**
 * DNS as simple as it can be, for every target: a query goes to the target that its name ends in (`a.2`
 * to the second), over UDP first where the scenario is of UDP, and over TCP when the answer is truncated.
 */
import { channel } from 'node:diagnostics_channel';
import { decode } from 'dns-packet';
import type { ClientDriver, Target } from '../../harness/client.ts';
import { type ClientEvent, clientChannelName, type Unstamped } from '../../harness/event.ts';
import { connectionTuple } from '../../kernel/address.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { framed, queryBytes, updateBytes } from './dns.ts';
import { readBytes } from './sockets.ts';

const published = channel(clientChannelName);
const tellIo = (call: 'send' | 'recv', bytes: number, tuple: string) => {
  const event: Unstamped<ClientEvent> = { source: 'client', type: 'io', call, bytes, tuple };
  published.publish(event);
};

class Truncated extends Error {}

function answerIn(message: Buffer): string {
  const {
    answers = [],
    flag_tc: isTruncated,
    rcode,
  } = decode(message) as ReturnType<typeof decode> & { rcode: string };
  if (isTruncated) throw new Truncated();
  const words = answers.map((answer) => ('data' in answer ? String(answer.data) : ''));
  return words.length > 0 ? words.join(' ') : rcode;
}

async function askOverUdp(target: Target, message: Buffer): Promise<string> {
  const socket = UdpSocket.connect(target);
  const tuple = connectionTuple(socket.address, target);
  try {
    await socket.send(message);
    tellIo('send', message.length, tuple);
    const { value } = await socket.datagrams().next();
    if (!value) throw new Error('expected a datagram');
    tellIo('recv', value.bytes.length, tuple);
    return answerIn(value.bytes);
  } finally {
    socket.close();
  }
}

async function askOverTcp(target: Target, message: Buffer): Promise<string> {
  const socket = await TcpSocket.connect(target);
  try {
    await socket.send(framed(message));
    tellIo('send', message.length + 2, socket.tuple);
    const length = await readBytes(socket, 2);
    const answer = await readBytes(socket, length.readUInt16BE(0));
    tellIo('recv', answer.length + 2, socket.tuple);
    return answerIn(answer);
  } finally {
    socket.close();
  }
}

export const severalTargetsDriver: ClientDriver = {
  name: 'several-targets',
  description: 'asks the upstream that the name of a query ends in',
  protocols: ['dns-tcp', 'dns-udp'],
  isPool: false,
  open(target, { protocol, targets }) {
    let asked = 0;
    return {
      async request(operation) {
        if (operation.kind !== 'query' && operation.kind !== 'update') {
          throw new Error(operation.kind);
        }
        asked += 1;
        const { name } = operation;
        const wanted = targets[Number(name.split('.').at(-1)) - 1] ?? target;
        const message =
          operation.kind === 'query'
            ? queryBytes(asked, name, operation.type)
            : updateBytes(asked, name, operation.data);
        if (protocol !== 'dns-udp') return askOverTcp(wanted, message);
        try {
          return await askOverUdp(wanted, message);
        } catch (error) {
          if (!(error instanceof Truncated)) throw error;
          return askOverTcp(wanted, message);
        }
      },
      stats: () => ({ asked }),
      close: async () => undefined,
    };
  },
};
