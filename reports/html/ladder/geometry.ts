/** Where things stand in the diagram, in CSS pixels. */

/** Left to right. A row's own event stands in one of them; the time stands in a margin of its own. */
export const lanes = ['client', 'clientKernel', 'wire', 'upstreamKernel', 'upstream'] as const;
export type Lane = (typeof lanes)[number];

export type LaneTitles = Readonly<Record<Lane, string>>;

export const laneTitles: LaneTitles = {
  client: 'caller and client',
  clientKernel: 'kernel, client',
  wire: 'wire',
  upstreamKernel: 'kernel, upstream',
  upstream: 'upstream script',
};

export interface Span {
  left: number;
  width: number;
}

export const rowHeight = 25;
/** Folds, omissions and the start of the teardown. */
export const breakHeight = 30;
export const headHeight = 40;
export const footHeight = 10;

export const fontSize = 11;
/** The widest of the usual monospaced fonts, so that a text cut to fit does fit. */
export const cellWidth = fontSize * 0.605;

/** Room for `#12` and a gap. */
export const badgeWidth = 26;
/** What the client does stands further in than what its caller asked. */
export const indentWidth = 12;
/** A glyph before the text of the outer lanes. */
export const glyphWidth = 16;
/** Room for `f1234` at the far end of an arrow. */
export const frameWidth = 36;

export const barWidth = 13;
export const barGap = 3;
/** More connections at one time than this are named in their rows but get no bar. */
export const mostBars = 10;

// With one bar on each side they fit a screen of 1280.
const timeWidth = 62;
const clientWidth = 234;
const stateWidth = 108;
const wireWidth = 406;
const upstreamWidth = 250;

export type LaneSpans = Readonly<Record<Lane | 'time', Span>> & { readonly total: number };

/** Room that bars side by side take, with a margin on either side of them. */
export function barsWidth(bars: number): number {
  return Math.max(1, bars) * (barWidth + barGap) + 12;
}

/** The lanes for this many bars side by side on each kernel lane. */
export function laneSpans(bars: number): LaneSpans {
  const kernelWidth = stateWidth + barsWidth(bars);
  const widths = {
    time: timeWidth,
    client: clientWidth,
    clientKernel: kernelWidth,
    wire: wireWidth,
    upstreamKernel: kernelWidth,
    upstream: upstreamWidth,
  };
  let left = 0;
  const place = (width: number): Span => {
    const span = { left, width };
    left += width;
    return span;
  };
  const spans = {
    time: place(widths.time),
    client: place(widths.client),
    clientKernel: place(widths.clientKernel),
    wire: place(widths.wire),
    upstreamKernel: place(widths.upstreamKernel),
    upstream: place(widths.upstream),
  };
  return { ...spans, total: left };
}
