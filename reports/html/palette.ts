/**
 * The colours of the page, by what they mean, for both themes, and which of them meet: a test holds
 * every pair against WCAG 2.2 AA.
 */
import type { TcpState } from '../../harness/event.ts';

export const colourNames = [
  'page',
  'panel',
  'raised',
  'line',
  'ink',
  'muted',
  'link',
  'mast',
  'mastInk',
  'mastMuted',
  'mastWire',
  'pass',
  'passTint',
  'fail',
  'failTint',
  'unknown',
  'unknownTint',
  'fin',
  'rst',
  'syn',
  'data',
  'rail',
  'stateText',
  'stateOpening',
  'stateOpen',
  'statePassive',
  'stateActive',
  'stateWaiting',
] as const;
export type ColourName = (typeof colourNames)[number];
export type Theme = Readonly<Record<ColourName, string>>;

export const light: Theme = {
  page: '#eef1f2',
  panel: '#ffffff',
  raised: '#f5f7f8',
  line: '#ccd4d9',
  ink: '#14202a',
  muted: '#51616d',
  link: '#0a58a6',
  mast: '#10212d',
  mastInk: '#f2f6f8',
  mastMuted: '#a9bac6',
  mastWire: '#e8a33d',
  pass: '#0f6b3d',
  passTint: '#e3f4ea',
  fail: '#b01c1c',
  failTint: '#fdeaea',
  unknown: '#6a35a5',
  unknownTint: '#f2eafb',
  fin: '#8f5300',
  rst: '#b01c1c',
  syn: '#0a58a6',
  data: '#14202a',
  rail: '#7b8b97',
  stateText: '#ffffff',
  stateOpening: '#2b62a8',
  stateOpen: '#1b7254',
  statePassive: '#985600',
  stateActive: '#6a35a5',
  stateWaiting: '#5c6a75',
};

export const dark: Theme = {
  page: '#0c1217',
  panel: '#131b22',
  raised: '#1a242c',
  line: '#2d3a45',
  ink: '#e5ecf1',
  muted: '#9badba',
  link: '#82bdff',
  mast: '#070c10',
  mastInk: '#f2f6f8',
  mastMuted: '#9badba',
  mastWire: '#f0b04f',
  pass: '#63d391',
  passTint: '#12291e',
  fail: '#ff928a',
  failTint: '#341819',
  unknown: '#cbaaff',
  unknownTint: '#271c3a',
  fin: '#f0b04f',
  rst: '#ff928a',
  syn: '#82bdff',
  data: '#e5ecf1',
  rail: '#687a88',
  stateText: '#0a1116',
  stateOpening: '#82b4f2',
  stateOpen: '#67cba4',
  statePassive: '#eeb04c',
  stateActive: '#c5a2fb',
  stateWaiting: '#a3b1bc',
};

/** Text on a background: at least 4.5 to 1. */
export const textPairs: readonly (readonly [ColourName, ColourName])[] = [
  ...(['page', 'panel', 'raised'] as const).flatMap((background) =>
    (['ink', 'muted', 'link', 'pass', 'fail', 'unknown', 'fin', 'rst', 'syn', 'data'] as const).map(
      (text) => [text, background] as const,
    ),
  ),
  ...(['mastInk', 'mastMuted', 'mastWire'] as const).map((text) => [text, 'mast'] as const),
  ...(['pass', 'fail', 'unknown'] as const).flatMap((verdict) => [
    [verdict, `${verdict}Tint`] as const,
    ['ink', `${verdict}Tint`] as const,
    ['muted', `${verdict}Tint`] as const,
    ['panel', verdict] as const,
  ]),
  ...(['Opening', 'Open', 'Passive', 'Active', 'Waiting'] as const).map(
    (kind) => ['stateText', `state${kind}`] as const,
  ),
];

/** Lines and shapes that carry meaning: at least 3 to 1. */
export const shapePairs: readonly (readonly [ColourName, ColourName])[] = (
  [
    'rail',
    'fin',
    'rst',
    'syn',
    'data',
    'stateOpening',
    'stateOpen',
    'statePassive',
    'stateActive',
    'stateWaiting',
  ] as const
).flatMap((shape) => [[shape, 'panel'] as const, [shape, 'raised'] as const]);

/** States grouped by what a side is doing, RFC 9293 section 3.6. */
export const stateColour: Readonly<Record<TcpState, ColourName>> = {
  LISTEN: 'stateOpening',
  SYN_SENT: 'stateOpening',
  SYN_RECV: 'stateOpening',
  ESTABLISHED: 'stateOpen',
  CLOSE_WAIT: 'statePassive',
  LAST_ACK: 'statePassive',
  FIN_WAIT_1: 'stateActive',
  FIN_WAIT_2: 'stateActive',
  CLOSING: 'stateActive',
  TIME_WAIT: 'stateWaiting',
  CLOSED: 'stateWaiting',
};
