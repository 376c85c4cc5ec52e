/** The shape before a text of an outer lane, so that kinds of events differ without their colour. */
import type { Event } from '../../../harness/event.ts';
import type { Tone } from './words.ts';

export type GlyphName = 'ask' | 'answer' | 'error' | 'act' | 'probe' | 'retry' | 'fault' | 'dot';

export function glyphOf(event: Event, tone: Tone): GlyphName {
  if (event.type === 'fired' && event.receipts.length > 0) return 'fault';
  if (event.type === 'retry') return 'retry';
  if (event.type === 'probe' || (event.type === 'io' && event.call === 'peek')) return 'probe';
  if (tone === 'bad') return 'error';
  if (event.type === 'request') return 'ask';
  if (tone === 'good') return 'answer';
  if (tone === 'notice') return 'act';
  return 'dot';
}

/** Drawn around (x, y), at most 12 px wide and high. */
export function Glyph({ name, x, y }: { name: GlyphName; x: number; y: number }) {
  switch (name) {
    case 'ask':
      return <path class="glyph" d={`M${x - 4} ${y - 5}l9 5l-9 5z`} />;
    case 'answer':
      return <path class="glyph stroke" d={`M${x - 5} ${y}l3.5 4l6.5 -8`} />;
    case 'error':
      return <path class="glyph stroke" d={`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />;
    case 'act':
      return <path class="glyph" d={`M${x} ${y - 5}l5 5l-5 5l-5 -5z`} />;
    case 'probe':
      return (
        <path
          class="glyph stroke"
          d={`M${x + 2} ${y + 2}l3.5 3.5M${x - 4.5} ${y - 1.5}a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0`}
        />
      );
    case 'retry':
      return (
        <path
          class="glyph stroke"
          d={`M${x + 4.5} ${y - 1}a4.6 4.6 0 1 0 -1.2 4M${x + 5.5} ${y - 5}v4.5h-4.5`}
        />
      );
    case 'fault':
      return <path class="glyph" d={`M${x + 2} ${y - 7}l-6 8h4l-2 6l6 -8h-4z`} />;
    case 'dot':
      return <circle class="glyph" cx={x} cy={y} r="2" />;
  }
}
