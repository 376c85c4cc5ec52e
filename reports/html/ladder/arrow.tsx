/** A segment on the wire. What it is shows in its line and in its head, not only in its colour. */
import type { WireEvent } from '../../../harness/event.ts';
import type { Span } from './geometry.ts';

export type ArrowKind = 'rst' | 'fin' | 'syn' | 'data' | 'ack';

function arrowKind({ flags, length }: WireEvent): ArrowKind {
  if (flags.includes('RST')) return 'rst';
  if (flags.includes('FIN')) return 'fin';
  if (flags.includes('SYN')) return 'syn';
  return length > 0 ? 'data' : 'ack';
}

/** `towards` is 1 when the head points right and -1 when it points left. */
function headPath(kind: ArrowKind, tip: number, y: number, towards: 1 | -1): string {
  const back = -towards;
  switch (kind) {
    case 'rst':
      return `M${tip + back * 10} ${y - 4}l${towards * 8} 8m0 -8l${back * 8} 8`;
    case 'fin':
      return `M${tip + back * 3} ${y}l${back * 8} -4v8zM${tip + back} ${y - 5}v10`;
    case 'ack':
      return `M${tip + back * 6} ${y - 3}l${towards * 6} 3l${back * 6} 3`;
    case 'syn':
    case 'data':
      return `M${tip} ${y}l${back * 8} -4v8z`;
  }
}

export function Arrow({ event, wire, y }: { event: WireEvent; wire: Span; y: number }) {
  const kind = arrowKind(event);
  const right = wire.left + wire.width;
  const isRightward = event.from === 'client';
  const tip = isRightward ? right : wire.left;
  const towards = isRightward ? 1 : -1;
  const shaftEnd = kind === 'rst' ? tip - towards * 12 : tip - towards * 2;
  return (
    <>
      <path class={`shaft ${kind}`} d={`M${isRightward ? wire.left : right} ${y}H${shaftEnd}`} />
      <path class={`head ${kind}`} d={headPath(kind, tip, y, towards)} />
    </>
  );
}
