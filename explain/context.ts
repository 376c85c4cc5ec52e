/** What is known of a capture as a whole: what one connection tells about the others. Bounded. */
import { addressText } from './address.ts';
import type { Request } from './dialogue/dialogue.ts';
import type { Break, Connection, Observer } from './flow/connection.ts';
import { type IdleLimit, idleLimitOf } from './idle-limit.ts';
import { LostRequests } from './lost-requests.ts';
import type { Moment } from './moment.ts';

/** One address and port that connections were opened to. */
export interface UpstreamFacts {
  accepted: number;
  /** How long connections had been idle when it closed them, by FIN or RST. Microseconds. */
  closedIdleUs: number[];
  /** The longest that an idle connection was left and then served. Microseconds. */
  longestServedIdleUs: number;
  answerUs: number[];
  /** What is usual among those. Undefined while there are too few to tell. Microseconds. */
  usualAnswerUs(): number | undefined;
  idleLimit(): IdleLimit | undefined;
  /** Connections to it, accepted or not. */
  opened: number;
}

/** A request that was delivered on one connection, never answered, and sent again on another. */
export interface Retry {
  key: string;
  lost: Moment & { connection: number };
  broke: Moment;
  again: Moment & { connection: number };
}

export interface Context extends Observer {
  of(connection: Connection): UpstreamFacts;
  upstreams(): { address: string; facts: UpstreamFacts }[];
  /** By the number of the connection on which the second one was sent. */
  retries: ReadonlyMap<number, Retry>;
  /** Connections that came from the same host to the same upstream while this one was in CLOSE_WAIT. */
  openedMeanwhile(connection: Connection): number;
}

const upstreamsMax = 10_000;
const samplesMax = 2000;
/** Who asks for the same later than this does not try again. */
const retryUsMax = 30_000_000;
const retriesMax = 10_000;

export function captureContext(): Context {
  const upstreams = new Map<string, UpstreamFacts>();
  const none = emptyFacts();
  const lost = new LostRequests();
  const retries = new Map<number, Retry>();

  const factsOf = ({ upstreamName: name }: Connection) => {
    const known = upstreams.get(name);
    if (known) return known;
    if (upstreams.size >= upstreamsMax) return none;
    const facts = emptyFacts();
    upstreams.set(name, facts);
    return facts;
  };

  return {
    of: factsOf,
    upstreams: () => [...upstreams].map(([name, facts]) => ({ address: addressText(name), facts })),
    retries,
    openedMeanwhile: (c) => factsOf(c).opened - c.openedBefore,
    opened(c) {
      factsOf(c).opened += 1;
    },
    accepted(c) {
      factsOf(c).accepted += 1;
    },
    asked(c, request) {
      const before = request.key === '' ? undefined : lost.find(c, request);
      if (!before || before.connection === c.number || retries.has(c.number)) return;
      lost.delete(c, request);
      const { frame, atUs } = request;
      if (atUs - before.broke.atUs > retryUsMax) return;
      if (retries.size >= retriesMax) return;
      retries.set(c.number, {
        key: request.key,
        lost: before,
        broke: before.broke,
        again: { frame, atUs, connection: c.number },
      });
    },
    broke(c, event) {
      if (event.by === 'upstream' && c.breaks.length === 1) {
        const facts = factsOf(c);
        c.openedBefore = facts.opened;
        const isIdle = event.owed.length === 0 && !event.isInAnswer && event.requests > 0;
        if (isIdle && facts.closedIdleUs.length < samplesMax) facts.closedIdleUs.push(event.idleUs);
      }
      for (const request of delivered(c, event)) {
        const { key, frame, atUs } = request;
        lost.add(c, { key, frame, atUs, connection: c.number, broke: momentIn(event) });
      }
    },
  };
}

const momentIn = ({ frame, atUs }: Moment): Moment => ({ frame, atUs });

/** Of the requests that are open those that the upstream has taken. */
function delivered({ breaks: [earliest] }: Connection, { owed }: Break): Request[] {
  // Sent on what the upstream had closed: it was never taken.
  const isTooLate = (frame: number) => earliest?.by === 'upstream' && frame > earliest.frame;
  return owed.filter(({ key, frame }) => key !== '' && !isTooLate(frame));
}

/** Too few to tell what is usual. */
const answersMin = 3;

function emptyFacts(): UpstreamFacts {
  const closedIdleUs: number[] = [];
  const answerUs: number[] = [];
  const facts: UpstreamFacts = {
    accepted: 0,
    closedIdleUs,
    longestServedIdleUs: 0,
    answerUs,
    usualAnswerUs: sometimes(answerUs, () => {
      return answerUs.length < answersMin ? undefined : medianOf(answerUs);
    }),
    idleLimit: sometimes(closedIdleUs, () => idleLimitOf(closedIdleUs, facts.longestServedIdleUs)),
    opened: 0,
  };
  return facts;
}

/** Worked out anew once there is a tenth more to work it out from: it is asked for again and again. */
function sometimes<T>(samples: readonly number[], work: () => T): () => T {
  let at = -1;
  let known: T;
  return () => {
    if (samples.length > at * 1.1) {
      at = samples.length;
      known = work();
    }
    return known;
  };
}

const medianOf = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** When a connection is over: what it tells about its upstream. */
export function learn(facts: UpstreamFacts, { longestServedIdleUs, answerUs }: Connection): void {
  facts.longestServedIdleUs = Math.max(facts.longestServedIdleUs, longestServedIdleUs);
  const room = samplesMax - facts.answerUs.length;
  if (answerUs && room > 0) facts.answerUs.push(...answerUs.slice(0, room));
}
