/** The packets of a few connections on a terminal, one line each, with what they prove. */
import type { WireEvent } from '../../harness/event.ts';
import { phraseOf, type Tone } from '../html/ladder/words.ts';
import type { RenderOptions } from '../source.ts';
import { styled } from '../terminal/style.ts';
import { clip, widthOf, wrap } from '../text/columns.ts';
import { printable } from '../text/printable.ts';
import { durationText } from '../words.ts';
import { marksOf } from './marks.ts';
import type { ExplainSource, Ladder } from './source.ts';
import { closedText, counted, fileText, gapsOf, idOf, statesText } from './words.ts';

const timeColumns = 12;
const silenceUs = 50_000;
/** Of a long connection: at both ends, and around what proves something. */
const edge = 25;
const aroundProof = 3;

const formats: Readonly<Record<Tone, Parameters<typeof styled>[0] | undefined>> = {
  quiet: 'dim',
  plain: undefined,
  good: 'green',
  notice: 'yellow',
  bad: ['red', 'bold'],
};

export function ladder(
  { file, explained, ladders }: ExplainSource,
  options: RenderOptions,
): string {
  const left = explained.shown.length - ladders.length;
  return `${[
    styled('bold', fileText(file), options),
    ...gapsOf({ ...explained, connections: { tcp: 0, udp: 0 } }).map((gap) =>
      styled(['yellow', 'bold'], gap, options),
    ),
    ...(ladders.length === 0 ? ['', 'no connection was seen'] : []),
    ...ladders.flatMap((one) => connectionLines(one, options)),
    ...(left > 0
      ? [
          '',
          styled('dim', `${counted(left, 'more connection')}: choose with --connection`, options),
        ]
      : []),
  ].join('\n')}\n`;
}

function connectionLines({ connection, timeline, packetsLeftOut }: Ladder, options: RenderOptions) {
  const { client, upstream, transport, protocol, findings } = connection;
  const ends = `${printable(client.address)} -> ${printable(upstream.address)}`;
  const end = [closedText(connection), statesText(connection)].filter(Boolean).join(' · ');
  const events = timeline.events.flatMap((event) => (event.source === 'wire' ? [event] : []));
  const marks = marksOf(connection);
  const isShown = shownOf(events, marks);
  const startUs = events[0]?.atUs ?? 0;
  return [
    '',
    styled(
      'bold',
      clip(`#${idOf(connection)} ${ends}  ${transport}, ${protocol}`, options.widthColumns),
      options,
    ),
    ...(end ? [styled('dim', clip(end, options.widthColumns), options)] : []),
    ...findings.flatMap(({ name, story }) =>
      wrap(`${name}: ${printable(story)}`, options.widthColumns).map((line) =>
        styled(['red', 'bold'], line, options),
      ),
    ),
    ...events.flatMap((event, at) => {
      if (!isShown(at))
        return isShown(at - 1)
          ? [breakLine(`${leftOutAfter(at, events.length, isShown)} packets left out`, options)]
          : [];
      return [
        ...silence(events[at - 1], event, options),
        eventLine(event, startUs, options),
        ...(marks.get(event.frame) ?? []).map((mark) => markLine(mark, options)),
      ];
    }),
    ...(packetsLeftOut > 0
      ? [styled('dim', `${packetsLeftOut} packets in the middle were not kept`, options)]
      : []),
  ];
}

function shownOf(events: readonly WireEvent[], marks: ReadonlyMap<number, unknown>) {
  const proof = events.flatMap(({ frame }, at) => (marks.has(frame) ? [at] : []));
  return (at: number) =>
    at >= 0 &&
    (at < edge ||
      at >= events.length - edge ||
      proof.some((one) => Math.abs(one - at) <= aroundProof));
}

function leftOutAfter(from: number, end: number, isShown: (at: number) => boolean): number {
  let at = from;
  while (at < end && !isShown(at)) at += 1;
  return at - from;
}

const breakLine = (text: string, options: RenderOptions) =>
  styled('dim', `${' '.repeat(timeColumns)}  ⋮ ${text}`, options);

function silence(before: WireEvent | undefined, { atUs }: WireEvent, options: RenderOptions) {
  const us = before ? atUs - before.atUs : 0;
  return us > silenceUs ? [breakLine(`${durationText(us / 1000)} of silence`, options)] : [];
}

/** `→` goes to the upstream. */
function eventLine(event: WireEvent, startUs: number, options: RenderOptions): string {
  const time = ((event.atUs - startUs) / 1000).toFixed(3).padStart(timeColumns);
  const arrow = event.from === 'client' ? '→' : '←';
  const head = `  ${arrow} f${String(event.frame).padEnd(7)} `;
  const room = Math.max(20, options.widthColumns - timeColumns - widthOf(head));
  const text = clip(printable(packetText(event)), room);
  const format = formats[phraseOf(event).tone];
  return `${styled('dim', time, options)}${head}${format ? styled(format, text, options) : text}`;
}

function packetText({
  flags,
  relativeSeq,
  relativeAck,
  length,
  messages,
  icmp,
}: WireEvent): string {
  const said = messages.join(', ');
  if (icmp !== undefined) return said;
  const numbers =
    flags.length === 0
      ? []
      : [
          flags.join(' '),
          `seq ${relativeSeq}`,
          ...(flags.includes('ACK') ? [`ack ${relativeAck}`] : []),
        ];
  const parts = [...numbers, ...(length > 0 ? [`len ${length}`] : [])].join(' ');
  return said ? `${parts} · ${said}` : parts;
}

const markLine = (mark: string, options: RenderOptions) =>
  styled('magenta', clip(`${' '.repeat(timeColumns)}  ▲ ${mark}`, options.widthColumns), options);
