/** One end goes on, and the other is not heard of, or takes nothing. */
import type { Finding } from '../diagnosis.ts';
import { type Connection, other } from '../flow/connection.ts';
import { type End, type Silence, unacknowledged } from '../flow/end.ts';
import type { Side } from '../moment.ts';
import { plural, proof, timesText, timeText } from './words.ts';

export function silenceFindings(c: Connection): Finding[] {
  if (isHeard(c.client) && isHeard(c.upstream)) return lostReset(c);
  const sides = ['client', 'upstream'] as const;
  const silent = sides.flatMap((side) => blackHole(c, side));
  const lost =
    silent.length > 0 ? [] : [...sides.flatMap((side) => recovered(c, side)), ...lostReset(c)];
  return [...silent, ...lost, ...sides.flatMap((side) => zeroWindow(c, side))];
}

/** All that it sent was acknowledged at once, and it always took what came. */
const isHeard = ({ probe, longestSilence, unackedFrame, zeroWindows }: End) =>
  !probe && !longestSilence && unackedFrame === 0 && zeroWindows.length === 0;

/** One end sent again and again, and nothing came back. */
function blackHole(c: Connection, side: Side): Finding[] {
  const { probe, longestSilence, rst } = c[side];
  const open = unacknowledged(c[side]);
  const isGivenUp = probe && (probe.repeats > 0 || (rst && rst.frame > probe.last.frame));
  const lost = isGivenUp
    ? probe
    : [open, longestSilence].find((one) => isLong(c, side, one, one === open));
  if (!lost) return [];
  const silentUs = (isGivenUp && rst ? rst : lost.last).atUs - lost.first.atUs;
  const what = isGivenUp ? 'a keep-alive' : `what the ${side} sent`;
  const again = lost.repeats > 0 ? ` was sent again ${timesText(lost.repeats)}` : ' was sent';
  return [
    {
      name: 'black-hole',
      story: `${what}${again}, and the ${other(side)} was not heard of for ${timeText(silentUs)}`,
      proof: [
        proof(lost.first, `sent by the ${side}, never acknowledged`),
        ...(lost.repeats > 0 ? [proof(lost.last, 'sent again for the last time')] : []),
      ],
    },
  ];
}

const repeatsOfSilence = 2;
/** An acknowledgement may wait this long, RFC 9293 section 3.8.6.3 allows half a second. */
const acknowledgedUsMax = 250_000;

/** Whoever gave up after one repeat gave up all the same. */
function isLong(c: Connection, side: Side, lost: Silence | undefined, isOpen: boolean): boolean {
  if (!lost || isShut(c[other(side)], lost)) return false;
  if (lost.repeats >= repeatsOfSilence) return true;
  const gaveUpUs = (c[side].rst ?? c[side].fin)?.atUs ?? lost.last.atUs;
  return isOpen && (lost.repeats > 0 || gaveUpUs - lost.first.atUs > acknowledgedUsMax);
}

/** The receiver has said that it takes no more: that is no silence. */
function isShut({ zeroWindows }: End, { first, last }: Silence): boolean {
  return zeroWindows.some(
    ({ from, until }) => from.atUs <= last.atUs && (!until || until.atUs >= first.atUs),
  );
}

/** The least that Linux waits before it takes a segment for lost; sooner it only asks, RFC 8985. */
const lossUsMin = 200_000;

function recovered(c: Connection, side: Side): Finding[] {
  const { longestSilence: lost, retransmissions } = c[side];
  if (!lost || lost.last.atUs - lost.first.atUs < lossUsMin) return [];
  if (isShut(c[other(side)], lost)) return [];
  return [
    {
      name: 'packets-lost',
      story: `the ${side} had to send again ${timesText(retransmissions)}`,
      proof: [proof(lost.first, `sent by the ${side}`), proof(lost.last, 'sent again')],
    },
  ];
}

/** Less than this may pass on any machine before its kernel has read a RST. */
const inFlightUsMin = 100;

/** Whoever sends after a RST has come for longer than packets take has not got it. */
function lostReset(c: Connection): Finding[] {
  const [first] = c.breaks;
  const later = c.dataAfterBreak?.client;
  if (first?.flag !== 'RST' || first.by !== 'upstream' || !later) return [];
  const gapUs = later.atUs - first.atUs;
  if (gapUs <= Math.max(inFlightUsMin, (c.roundTripUs ?? gapUs) * 2)) return [];
  return [
    {
      name: 'packets-lost',
      story: `the RST of the upstream did not arrive: the client sent ${timeText(gapUs)} later`,
      proof: [proof(first, 'RST of the upstream'), proof(later, 'the client sends all the same')],
    },
  ];
}

/** Shorter ones are an ordinary part of a fast transfer. */
const stallUsMin = 500;
const stallRoundTrips = 10;

function zeroWindow(c: Connection, side: Side): Finding[] {
  const longUs = Math.max(stallUsMin, (c.roundTripUs ?? 0) * stallRoundTrips);
  const stalls = c[side].zeroWindows.filter(({ from, until, probes }) => {
    return probes > 0 || !until || until.atUs - from.atUs >= longUs;
  });
  const [first] = stalls;
  if (!first) return [];
  const endUs = first.until?.atUs ?? c.lastAtUs;
  const asked = first.probes > 0 ? `, asked ${timesText(first.probes)} whether there was room` : '';
  return [
    {
      name: 'zero-window-stall',
      story: `the ${side} took no more bytes for ${timeText(endUs - first.from.atUs)}${asked}${stalls.length > 1 ? ` (${plural(stalls.length, 'stall')} in all)` : ''}`,
      proof: [
        proof(first.from, `the ${side} advertises a window of 0`),
        ...(first.until ? [proof(first.until, 'there is room again')] : []),
      ],
    },
  ];
}
