/** HTTP/1.1, RFC 9112: where messages end, and which of them belong together. */
import type { Moment, Side } from '../moment.ts';
import type { Dialogue, Listener } from './dialogue.ts';
import { ledger } from './ledger.ts';

const methods = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) /;
const headBytesMax = 65_536;

export function looksLikeHttp(bytes: Buffer, at: number, end: number): boolean {
  const first = bytes[at] as number;
  const isCapital = first >= 0x41 && first <= 0x5a;
  return isCapital && methods.test(bytes.toString('latin1', at, Math.min(end, at + 10)));
}

/** What has to come yet of a message. */
type Expecting =
  | { part: 'head' }
  | { part: 'body'; leftBytes: number }
  | { part: 'chunk-size' }
  | { part: 'chunk'; leftBytes: number }
  | { part: 'trailer' }
  | { part: 'until-close' };

interface Head {
  first: string;
  fields: ReadonlyMap<string, string>;
}

function headOf(text: string): Head {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { first, fields: new Map(fields) };
}

const isChunked = ({ fields }: Head) => /chunked\s*$/i.test(fields.get('transfer-encoding') ?? '');

/** What follows this head; undefined when nothing does. */
function bodyOf(head: Head, isResponse: boolean): Expecting | undefined {
  if (isChunked(head)) return { part: 'chunk-size' };
  const length = head.fields.get('content-length');
  if (length !== undefined) {
    const leftBytes = Number(length);
    return leftBytes > 0 ? { part: 'body', leftBytes } : undefined;
  }
  return isResponse ? { part: 'until-close' } : undefined;
}

const switchingProtocols = 101;

const isInterim = (status: number) =>
  status >= 100 && status < 200 && status !== switchingProtocols;

const hasBody = (status: number) => !isInterim(status) && status !== 204 && status !== 304;

interface MessageStream {
  take(bytes: Buffer, start: number, end: number): void;
  isInside(): boolean;
  expecting(): Expecting;
}

/** @param onHead Says what follows; undefined when the message ends with its head. */
function messageStream(
  onHead: (head: Head) => Expecting | undefined,
  onEnd: () => void,
  onBroken: () => void,
): MessageStream {
  let expecting: Expecting = { part: 'head' };
  let line = '';
  let isBroken = false;

  const finish = () => {
    expecting = { part: 'head' };
    onEnd();
  };
  /** Adds up to and with the line feed. True when the line is whole. */
  const takeLine = (
    bytes: Buffer,
    start: number,
    end: number,
  ): { next: number; isWhole: boolean } => {
    const feed = bytes.indexOf(10, start);
    const isWhole = feed !== -1 && feed < end;
    const next = isWhole ? feed + 1 : end;
    line += bytes.toString('latin1', start, next);
    if (line.length <= headBytesMax) return { next, isWhole };
    isBroken = true;
    onBroken();
    return { next: end, isWhole: false };
  };
  const head = (bytes: Buffer, start: number, end: number): number => {
    const { next, isWhole } = takeLine(bytes, start, end);
    if (!isWhole) return next;
    // Empty lines before a request line are passed over, RFC 9112 section 2.2.
    if (/^\r?\n$/.test(line)) line = '';
    if (!/\r?\n\r?\n$/.test(line)) return next;
    const body = onHead(headOf(line));
    line = '';
    if (body) expecting = body;
    else finish();
    return next;
  };
  const sized = (bytes: Buffer, start: number, end: number): number => {
    const { next, isWhole } = takeLine(bytes, start, end);
    if (!isWhole) return next;
    const text = line.trim();
    line = '';
    if (expecting.part === 'trailer') {
      if (text === '') finish();
      return next;
    }
    const size = Number.parseInt(text, 16);
    if (Number.isNaN(size)) {
      isBroken = true;
      onBroken();
    } else if (size === 0) expecting = { part: 'trailer' };
    // The line feed after a chunk belongs to it.
    else expecting = { part: 'chunk', leftBytes: size + 2 };
    return next;
  };
  const counted = (now: Expecting & { leftBytes: number }, start: number, end: number): number => {
    const more = Math.min(now.leftBytes, end - start);
    now.leftBytes -= more;
    if (now.leftBytes === 0) {
      if (now.part === 'body') finish();
      else expecting = { part: 'chunk-size' };
    }
    return start + more;
  };
  const step = (bytes: Buffer, at: number, end: number): number => {
    switch (expecting.part) {
      case 'head':
        return head(bytes, at, end);
      case 'chunk-size':
      case 'trailer':
        return sized(bytes, at, end);
      case 'body':
      case 'chunk':
        return counted(expecting, at, end);
      case 'until-close':
        return end;
    }
  };

  return {
    take(bytes, start, end) {
      let at = start;
      while (at < end && !isBroken) at = step(bytes, at, end);
    },
    isInside: () => !isBroken && (expecting.part !== 'head' || line !== ''),
    expecting: () => expecting,
  };
}

export function httpDialogue(listener: Listener): Dialogue {
  const requests = ledger(listener);
  let now: Moment = { frame: 0, atUs: 0 };
  let mayClose = false;
  let asking = '';
  let answeredEarly = 0;
  let isUpgraded = false;
  const isLast = ({ fields, first }: Head) =>
    /\bclose\b/i.test(fields.get('connection') ?? '') ||
    (/HTTP\/1\.0/.test(first) && !/keep-alive/i.test(fields.get('connection') ?? ''));

  const client = messageStream(
    (head) => {
      asking = head.first.replace(/ HTTP\/[\d.]+$/, '');
      if (isLast(head)) mayClose = true;
      return bodyOf(head, false);
    },
    () => {
      requests.ask(asking, now);
      if (answeredEarly > 0) requests.answer(now);
      answeredEarly = Math.max(0, answeredEarly - 1);
    },
    () => {},
  );

  const onUnasked = (head: Head, status: number) => {
    if (client.isInside()) return;
    // RFC 9110 section 15.5.9.
    const kind = status === 408 || isLast(head) ? 'farewell' : 'unasked-data';
    listener.note(kind, head.first, now);
  };
  const onResponse = (head: Head): Expecting | undefined => {
    const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(head.first)?.[1] ?? 0);
    if (status === 0) {
      listener.note('malformed-answer', 'what comes back is no HTTP response', now);
      return { part: 'until-close' };
    }
    const [request] = requests.owed();
    isAnswering = !isInterim(status);
    if (!request) onUnasked(head, status);
    else if (isLast(head)) mayClose = true;
    const isHead = request?.key.startsWith('HEAD ') ?? false;
    const body = isHead || !hasBody(status) ? undefined : bodyOf(head, true);
    // Its end is that of the connection: nothing more is owed. So it is behind 101, where it is HTTP no more.
    if (body?.part === 'until-close') requests.answer(now);
    isUpgraded = status === switchingProtocols;
    return body;
  };
  let isAnswering = false;
  const upstream = messageStream(
    onResponse,
    () => {
      // A server may answer before it has read the whole request.
      if (isAnswering && !requests.answer(now) && client.isInside()) answeredEarly += 1;
    },
    () => listener.note('malformed-answer', 'a response that no client can read', now),
  );

  return {
    protocol: 'http',
    take(from, bytes, start, end, at) {
      now = { frame: at.frame, atUs: at.atUs };
      if (isUpgraded) return;
      if (from === 'client') client.take(bytes, start, end);
      else upstream.take(bytes, start, end);
    },
    owed: requests.owed,
    isInside: (side: Side) => (side === 'client' ? client : upstream).isInside(),
    isOpening: () => false,
    mayClose: () =>
      upstream.expecting().part === 'until-close' || (mayClose && requests.owed().length === 0),
  };
}
