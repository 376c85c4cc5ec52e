/** A protocol of lines that can do all that a protocol may: `7:name\n` is answered `7:NAME\n`. */
import {
  type Conversation,
  MalformedMessage,
  type Message,
  type Protocol,
  powers,
  type Response,
} from '../../fake-servers/protocols/protocol.ts';

interface Kind {
  greeting?: string;
  isSecure?: boolean;
}

const lineBytesMax = 64;

/**
 * `HELLO` and `NOP` are parts of a handshake: the first is answered with the certificate, the second
 * with nothing. After `QUIT`, which is a request, and `BYE`, which is none, the server closes.
 * `7:void` is a request that is answered with nothing.
 * @param greeting What the server says first; nothing when left out.
 * @param isSecure Whether it has an alert that ends a connection in order, as TLS does.
 */
export function lines({ greeting, isSecure }: Kind = {}): Protocol {
  return {
    name: 'lines',
    transport: 'tcp',
    powers,
    start: () => ({
      converse: ({ certificate }) => ({
        ...conversation,
        ...(greeting && { greet: () => Buffer.from(greeting) }),
        ...(isSecure && { closeNotify: () => said('ALERT') }),
        respond: (message) => responseTo(message, certificate),
      }),
    }),
  };
}

const said = (text: string) => Buffer.from(`${text}\n`);
const textOf = (bytes: Buffer) => bytes.toString('latin1').trimEnd();

const conversation: Omit<Conversation, 'respond'> = {
  async read(source) {
    const bytes = await source.readThrough('\n', lineBytesMax);
    if (!bytes) return undefined;
    const text = textOf(bytes);
    if (['HELLO', 'NOP', 'BYE'].includes(text)) return { bytes, key: undefined };
    if (!/^(\d:\w+|QUIT)$/.test(text)) throw new MalformedMessage('expected an id and a name');
    return { bytes, key: text.slice(text.indexOf(':') + 1) };
  },
  withWrongId: ({ answer }) => ({ answer, bytes: said(`0:${answer}`) }),
  truncated: ({ answer, bytes }) => ({ answer, bytes: said(`${textOf(bytes).slice(0, 2)}TC`) }),
  announcingIdle: ({ answer, bytes }, idleMs) => ({
    answer,
    bytes: said(`${textOf(bytes)}@${idleMs}`),
  }),
  push: () => said('*:news'),
  farewell: async () => said('*:farewell'),
};

function responseTo({ bytes }: Message, certificate: string): Response {
  const text = textOf(bytes);
  if (text === 'HELLO') return { answer: '', bytes: said(`CERT ${certificate}`) };
  if (text === 'NOP' || text.endsWith(':void')) return { answer: '', bytes: Buffer.alloc(0) };
  if (text === 'BYE' || text === 'QUIT') {
    return { answer: 'OVER', bytes: said('OVER'), isLast: true };
  }
  return { answer: text.slice(2).toUpperCase(), bytes: said(text.toUpperCase()) };
}
