/**
 * HTTP/1.1 (RFC 9112), executed by `node:http`.
 *
 * The requests are framed here, because the library reads on as it likes. It is fed one whole request
 * at a time, and what it writes is the response.
 */
import { httpKey } from '../../harness/keys.ts';
import { isAnsweredEarly } from './http/answers.ts';
import { type BodyFraming, type RequestHead, readBody, readHead } from './http/framing.ts';
import { withKeepAlive } from './http/keep-alive.ts';
import { type HttpLibrary, startHttpLibrary } from './http/library.ts';
import type { ByteSource, Conversation, Message, Protocol } from './protocol.ts';

/** RFC 9110 section 15.2.1. */
const proceed = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
/** RFC 9110 section 15.5.9: sent to an idle connection before it is closed. */
const requestTimeout = Buffer.from(
  'HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
);
/** RFC 9110 section 15.5.14: sent while the request is still coming. */
const tooLarge = Buffer.from('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');

/**
 * What each target is answered is told in `http/answers.ts`. The answer in words is the status, a space
 * and the body: `200 GET /orders e3b0c442`; a response without a body ends with the space.
 *
 * A head with `Expect: 100-continue` is a message without a key, and its response is the interim one;
 * the body that follows is the request. Of a request that is answered early the body is read, and thrown
 * away, with the next one. After a response with `Connection: close` nothing more is read,
 * as RFC 9112 section 9.6 demands.
 */
export const http: Protocol = {
  name: 'http',
  transport: 'tcp',
  powers: ['farewell', 'idle-limit', 'closes'],
  start() {
    const library = startHttpLibrary();
    return { converse: () => converse(library), close: () => library.close() };
  },
};

/** A request whose head was read. */
interface Begun {
  head: RequestHead;
  bytes: Buffer;
}

function converse(library: HttpLibrary): Conversation {
  const connection = library.connect();
  /** Read, and its body waits for the interim response. */
  let waiting: Begun | undefined;
  /** The whole request that was read last. */
  let request: Buffer = Buffer.alloc(0);
  let hadInterim = false;
  let isEarly = false;
  /** The body of a request that was answered early. */
  let unread: BodyFraming | undefined;

  /** What follows the head. */
  async function readRest(source: ByteSource, begun: Begun): Promise<Message | undefined> {
    const { head } = begun;
    const key = httpKey(head.method, head.target);
    if (isEarly) {
      unread = head.body;
      return { key, bytes: begun.bytes };
    }
    if (head.awaitsContinue && !waiting) {
      waiting = begun;
      return { key: undefined, bytes: begun.bytes };
    }
    const body = await readBody(source, head.body);
    if (!body) return undefined;
    request = Buffer.concat([begun.bytes, body]);
    hadInterim = waiting !== undefined;
    waiting = undefined;
    return { key, bytes: hadInterim ? body : request };
  }

  return {
    async read(source) {
      if (connection.isDone()) return undefined;
      if (unread && !(await readBody(source, unread))) return undefined;
      const begun = waiting ?? (await readHead(source));
      if (!begun) return undefined;
      // Not before: a message whose reading was stopped is read again from its beginning.
      unread = undefined;
      isEarly = !waiting && isAnsweredEarly(begun.head);
      return readRest(source, begun);
    },
    async respond() {
      if (waiting) return { answer: '100 ', bytes: proceed };
      if (isEarly) return { answer: '413 ', bytes: tooLarge };
      const response = await connection.execute(request);
      // The library is told of the expectation only now, and has written an interim response too.
      const isTwice = hadInterim && response.bytes.subarray(0, proceed.length).equals(proceed);
      return isTwice ? { ...response, bytes: response.bytes.subarray(proceed.length) } : response;
    },
    end: () => connection.end(),
    farewell: () => requestTimeout,
    announcingIdle: withKeepAlive,
  };
}
