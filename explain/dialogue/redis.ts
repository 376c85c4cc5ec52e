/** RESP, the protocol of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import type { Moment, Side } from '../moment.ts';
import type { Dialogue, Listener } from './dialogue.ts';
import { ledger } from './ledger.ts';

const lineBytesMax = 65_536;
const wordsKept = 4;

// First bytes of values.
const aggregates = new Set(['*', '%', '~', '>', '|']);
/** Of keys and values. */
const pairs = new Set(['%', '|']);
const strings = new Set(['$', '=', '!']);
const simple = new Set(['+', '-', ':', '_', ',', '#', '(']);

const arrayByte = 0x2a;

export function looksLikeRedis(bytes: Buffer, at: number, end: number): boolean {
  return (
    bytes[at] === arrayByte &&
    /^\*\d+\r\n\$\d+\r\n/.test(bytes.toString('latin1', at, Math.min(end, at + 24)))
  );
}

interface ValueStream {
  take(bytes: Buffer, start: number, end: number): void;
  isInside(): boolean;
}

/**
 * Counts values of the outermost level.
 * @param onValue With the type of the value, and its first words.
 */
function valueStream(
  onValue: (type: string, words: readonly string[]) => void,
  onBroken: () => void,
): ValueStream {
  let line = '';
  /** Of a string of known length, its line end included. */
  let leftBytes = 0;
  /** How many values each open aggregate still waits for. */
  const open: number[] = [];
  let type = '';
  let words: string[] = [];
  let text = '';
  let isBroken = false;

  const keep = (word: string) => {
    if (words.length < wordsKept) words.push(word);
  };
  const close = () => {
    while (open.length > 0) {
      const left = (open.pop() as number) - 1;
      if (left > 0) {
        open.push(left);
        return;
      }
    }
    const value: [string, string[]] = [type, words];
    words = [];
    type = '';
    onValue(...value);
  };
  const broken = () => {
    isBroken = true;
    onBroken();
  };
  const onAggregate = (sigil: string, length: number) => {
    const count = pairs.has(sigil) ? length * 2 : length;
    if (count > 0) open.push(count);
    else close();
  };
  const onLine = (whole: string) => {
    const sigil = whole[0] ?? '';
    const rest = whole.slice(1, -2);
    if (type === '') type = sigil;
    if (aggregates.has(sigil)) onAggregate(sigil, Number(rest));
    else if (strings.has(sigil) && Number(rest) >= 0) leftBytes = Number(rest) + 2;
    else if (simple.has(sigil) || strings.has(sigil)) {
      keep(rest);
      close();
    } else broken();
  };
  const takeLine = (bytes: Buffer, at: number, end: number): number => {
    const feed = bytes.indexOf(10, at);
    const isWhole = feed !== -1 && feed < end;
    const next = isWhole ? feed + 1 : end;
    line += bytes.toString('latin1', at, next);
    if (line.length > lineBytesMax) broken();
    else if (isWhole) {
      const whole = line;
      line = '';
      onLine(whole);
    }
    return next;
  };
  const takeText = (bytes: Buffer, at: number, end: number): number => {
    const more = Math.min(leftBytes, end - at);
    if (text.length < 100) text += bytes.toString('latin1', at, at + more);
    leftBytes -= more;
    if (leftBytes === 0) {
      keep(text.replace(/\r\n$/, ''));
      text = '';
      close();
    }
    return at + more;
  };

  return {
    take(bytes, start, end) {
      let at = start;
      while (at < end && !isBroken) {
        at = leftBytes > 0 ? takeText(bytes, at, end) : takeLine(bytes, at, end);
      }
    },
    isInside: () => !isBroken && (line !== '' || leftBytes > 0 || open.length > 0),
  };
}

export function redisDialogue(listener: Listener): Dialogue {
  const requests = ledger(listener);
  let now: Moment = { frame: 0, atUs: 0 };
  const client = valueStream(
    (_, words) => requests.ask(words.join(' '), now),
    () => {},
  );
  const upstream = valueStream(
    (type, words) => {
      // A push belongs to no request.
      if (type === '>') listener.note('unasked-data', `pushed: ${words.join(' ')}`, now);
      else if (!requests.answer(now)) {
        listener.note('unasked-data', words.join(' ') || 'a reply to nothing asked', now);
      }
    },
    () => listener.note('malformed-answer', 'what comes back is no RESP', now),
  );
  return {
    protocol: 'redis',
    take(from, bytes, start, end, at) {
      now = { frame: at.frame, atUs: at.atUs };
      (from === 'client' ? client : upstream).take(bytes, start, end);
    },
    owed: requests.owed,
    isInside: (side: Side) => (side === 'client' ? client : upstream).isInside(),
    isOpening: () => false,
    mayClose: () => false,
  };
}
