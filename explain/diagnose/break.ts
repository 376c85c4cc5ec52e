/** Who ended the connection, and in the middle of what. */
import type { Context } from '../context.ts';
import type { Finding } from '../diagnosis.ts';
import type { Break, Connection } from '../flow/connection.ts';
import { lastData } from '../flow/end.ts';
import type { Moment } from '../moment.ts';
import { plural, proof, timeText } from './words.ts';

export function breakFindings(c: Connection, context: Context, end: Moment): Finding[] {
  const [first] = c.breaks;
  if (!first) return [];
  const finding =
    first.by === 'client' ? byClient(c, first, context) : byUpstream(c, first, context, end);
  return finding ? [finding] : [];
}

function byClient(c: Connection, first: Break, context: Context): Finding | undefined {
  if (c.handshakeDone === undefined && !c.isGuessed) return undefined;
  if (first.owed.length === 0) return byClientUnasked(c, first);
  const late = c.dataAfterBreak?.upstream;
  const isServedAfterAll = late !== undefined && first.flag === 'FIN' && !c.client.rst;
  if (isServedAfterAll) return undefined;
  const [request] = first.owed;
  const waitedUs = request ? first.atUs - request.atUs : 0;
  const verb = first.flag === 'FIN' ? 'closed' : 'reset';
  const left = `the client ${verb} the connection ${timeText(waitedUs)} after its request`;
  const shown = [...requestOf(first), proof(first, `${first.flag} of the client`)];
  if (late) {
    return {
      name: 'caller-gone',
      story: `${left}, and the answer came afterwards`,
      proof: [
        ...shown,
        proof(late, 'the answer'),
        ...(c.client.rst ? [proof(c.client.rst, 'RST: nobody is there to take it')] : []),
      ],
    };
  }
  // Behind a RST no answer can be seen: only the time tells who is to blame.
  if (first.flag === 'RST' && !isLongFor(c, waitedUs, context)) {
    return { name: 'caller-gone', story: `${left}, before an answer could come`, proof: shown };
  }
  const what = first.isInAnswer
    ? 'in the middle of an answer that went no further'
    : 'without an answer';
  return { name: 'unanswered', story: `${left}, ${what}`, proof: shown };
}

/** Many times what the upstream usually takes. */
const longRatio = 10;

function isLongFor(c: Connection, waitedUs: number, context: Context): boolean {
  const usual = context.of(c).usualAnswerUs();
  return usual !== undefined && waitedUs > usual * longRatio;
}

function byClientUnasked(c: Connection, first: Break): Finding | undefined {
  const left = proof(first, `${first.flag} of the client`);
  const isTls = c.protocol === 'tls';
  const last = lastData(c.upstream);
  if (isTls && c.requests === 0 && c.notes.length === 0 && last) {
    return {
      name: 'tls-failure',
      story: `the client left ${first.isOpening ? 'in' : 'right after'} the handshake and asked nothing: so does one that does not trust the certificate`,
      proof: [proof(last, 'the last of the upstream'), left],
    };
  }
  const isToldAlready = c.notes.some(({ kind }) => kind !== 'farewell');
  if (!first.isInAnswer || first.isAgreed || isToldAlready || !last) return undefined;
  return {
    name: 'unasked-data',
    story: 'bytes came that nobody had asked for, and no whole message',
    proof: [proof(last, 'bytes that were not asked for'), left],
  };
}

/** Sooner than any idle limit. */
const atOnceUs = 100;
const atOnceRoundTrips = 2;

/**
 * The upstream closed right behind an answer, and the client left it at that: so do protocols that end an
 * answer by closing. Only where messages cannot be read has time to tell.
 */
export function isServedAndClosed(c: Connection): boolean {
  const [first] = c.breaks;
  const isRead = c.protocol && c.protocol !== 'unknown' && c.protocol !== 'tls';
  if (isRead || !first || first.flag === 'RST' || first.requests === 0) return false;
  const soonUs = Math.max(atOnceUs, (c.roundTripUs ?? 0) * atOnceRoundTrips);
  return first.owed.length === 0 && first.idleUs <= soonUs && !c.dataAfterBreak?.client;
}

function byUpstream(
  c: Connection,
  first: Break,
  context: Context,
  end: Moment,
): Finding | undefined {
  const isReset = first.flag === 'RST';
  const closed = isReset ? 'reset the connection' : 'closed';
  const where = proof(
    first,
    `${first.flag} of the upstream, at relative sequence number ${first.relativeSeq}`,
  );
  if (first.isInAnswer && !(first.isAgreed && !isReset)) {
    return {
      name: 'died-in-mid-response',
      story: `the upstream ${closed} in the middle of an answer`,
      figures: { during: 'answer' },
      proof: [...requestOf(first), where],
    };
  }
  if (first.isOpening && !first.isAgreed) return opening(c, first, closed, where);
  if (first.owed.length > 0 || first.isInRequest) return unserved(c, first, closed, where);
  if (first.isAgreed || isServedAndClosed(c)) return undefined;
  return idle(c, first, context, end, where);
}

function opening(
  c: Connection,
  first: Break,
  closed: string,
  where: ReturnType<typeof proof>,
): Finding {
  const isTls = c.protocol === 'tls';
  return {
    name: isTls ? 'tls-failure' : 'died-before-response',
    story: `the upstream ${closed} in the middle of the ${isTls ? 'TLS handshake' : 'login'}`,
    figures: { during: isTls ? 'tls-handshake' : 'login' },
    proof: [...requestOf(first), where],
  };
}

function requestOf({ owed: [request] }: Break) {
  return request ? [proof(request, `the request: ${request.key || 'its last byte'}`)] : [];
}

function unserved(
  c: Connection,
  first: Break,
  closed: string,
  where: ReturnType<typeof proof>,
): Finding {
  const count = Math.max(1, first.owed.length);
  const open = first.owed.length > 0 ? plural(count, 'request') : 'a request that had begun';
  if (first.flag === 'RST') {
    return {
      name: 'closed-with-unread-data',
      story: `the upstream ${closed} with ${open} in its hands`,
      proof: [...requestOf(first), where],
    };
  }
  const later = c.dataAfterBreak?.client;
  if (later && c.isDataAfterBreakAcked && !c.upstream.rst) {
    return halfClosed(first, later, [...requestOf(first), where]);
  }
  return {
    name: 'died-before-response',
    story: `the upstream ${closed} with ${open} unanswered, ${c.answers} had been answered`,
    proof: [...requestOf(first), where],
  };
}

function idle(
  c: Connection,
  first: Break,
  context: Context,
  end: Moment,
  where: ReturnType<typeof proof>,
): Finding | undefined {
  const limit = context.of(c).idleLimit();
  const inferred = limit
    ? `; it closes after ${timeText(limit.us)} idle, seen on ${plural(limit.connections, 'connection')}`
    : '';
  const farewell = c.notes.find(({ kind }) => kind === 'farewell');
  const shown = [...(farewell ? [proof(farewell, `it said: ${farewell.text}`)] : []), where];
  const after = `after ${timeText(first.idleUs)} idle`;
  const figures = { idleUs: first.idleUs };
  if (first.flag === 'RST') {
    return {
      name: 'reset-while-idle',
      story: `the upstream reset the connection ${after}${inferred}`,
      figures,
      proof: shown,
    };
  }
  const request = c.dataAfterBreak?.client;
  if (request) return reused(c, first, request, inferred, shown);
  const ending = c.client.fin ?? c.client.rst;
  const meanwhile = context.openedMeanwhile(c);
  const stayedUs = (ending ?? end).atUs - first.atUs;
  if (!ending && (meanwhile > 0 || stayedUs >= leakUs)) {
    return {
      name: 'close-wait-leak',
      story: `the upstream closed ${after}, and the client had not closed ${timeText(stayedUs)} later, when it had opened ${plural(meanwhile, 'other connection')}`,
      figures,
      proof: [...shown, proof(end, 'the capture ends, the client has not closed')],
    };
  }
  return {
    name: 'idle-close',
    story: `the upstream closed ${after}${ending ? `, the client closed ${timeText(stayedUs)} later` : ''}${inferred}`,
    figures,
    proof: [...shown, ...(ending ? [proof(ending, 'the client closes too')] : [])],
  };
}

/** Longer than any client takes that means to close. */
const leakUs = 1_000_000;

function reused(
  c: Connection,
  first: Break,
  request: Moment,
  inferred: string,
  shown: ReturnType<typeof proof>[],
): Finding {
  const gapUs = request.atUs - first.atUs;
  const asked = proof(request, 'the client sends on it');
  const reset = c.upstream.rst;
  if (!reset && c.isDataAfterBreakAcked) {
    return halfClosed(first, request, shown);
  }
  const reusedAfterUs = first.idleUs + gapUs;
  return {
    name: 'idle-close-race',
    story: `the upstream closed after ${timeText(first.idleUs)} idle, the client reused the connection after ${timeText(reusedAfterUs)}${inferred}`,
    figures: { idleUs: first.idleUs },
    proof: [...shown, asked, ...(reset ? [proof(reset, 'RST: nobody is there to read it')] : [])],
  };
}

function halfClosed(first: Break, later: Moment, shown: ReturnType<typeof proof>[]): Finding {
  return {
    name: 'half-close-not-understood',
    story: `the upstream finished sending, and the client sent ${timeText(later.atUs - first.atUs)} later: taken, and not to be answered`,
    figures: { idleUs: first.idleUs },
    proof: [...shown, proof(later, 'the client sends on it')],
  };
}
