/** The states and the ways between them that a run has visited, as a picture. Pure. */
import { type TcpState, tcpStates } from '../../harness/event.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { type Edge, edges, places } from './figure.ts';
import { passages } from './walk.ts';

/** What a scenario's main execution has shown. */
export interface Shown {
  /** Path of the scenario. */
  scenario: string;
  timeline: Pick<Timeline, 'events'>;
}

export interface Visited {
  /** By state: the first scenario in which the kernel reported it. */
  states: ReadonlyMap<TcpState, string>;
  /** By `FROM->TO`: the first scenario whose packets show it. */
  edges: ReadonlyMap<string, string>;
}

export function visitedIn(shown: readonly Shown[]): Visited {
  const states = new Map<TcpState, string>();
  const ways = new Map<string, string>();
  for (const { scenario, timeline } of shown) {
    for (const event of timeline.events) {
      if (event.source !== 'sockets' || states.has(event.state)) continue;
      states.set(event.state, scenario);
    }
    // Where the kernel shows a listener somebody has opened it.
    const listening = states.get('LISTEN');
    if (listening !== undefined) ways.set('CLOSED->LISTEN', listening);
    for (const { from, to } of passages(timeline)) {
      const way = `${from}->${to}`;
      if (!ways.has(way)) ways.set(way, scenario);
    }
  }
  return { states, edges: ways };
}

const [width, height, boxWidth, boxHeight] = [1060, 630, 120, 30];
const listLeft = 610;
const [seenColour, unseenColour] = ['#1a6', '#999'];

/** SVG. What was visited is drawn in colour, with a number that the list explains. */
export function diagramOf(visited: Visited): string {
  const list = edges.map((each, index) => listLine(each, index, visited));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    '<title>RFC 9293 figure 5: the states and transitions that scenarios have visited</title>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...edges.map((each, index) => arrow(each, index, visited)),
    ...tcpStates.map((state) => box(state, visited)),
    ...list,
    `<text x="${listLeft}" y="${height - 40}">box in colour: the kernel reported the state</text>`,
    `<text x="${listLeft}" y="${height - 22}">arrow in colour: packets show it; dashed: no scenario did it</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function box(state: TcpState, { states }: Visited): string {
  const [x, y] = places[state];
  const isSeen = states.has(state);
  const title = isSeen ? `<title>${states.get(state)}</title>` : '';
  return (
    `<g>${title}<rect x="${x - boxWidth / 2}" y="${y - boxHeight / 2}" width="${boxWidth}" height="${boxHeight}" rx="4" fill="${isSeen ? '#dfd' : '#fff'}" stroke="${isSeen ? seenColour : unseenColour}"/>` +
    `<text x="${x}" y="${y + 4}" text-anchor="middle">${state}</text></g>`
  );
}

function arrow({ from, to }: Edge, index: number, visited: Visited): string {
  const isSeen = visited.edges.has(`${from}->${to}`);
  const [points, [labelX, labelY]] = routeOf(from, to);
  const colour = isSeen ? seenColour : unseenColour;
  const dashes = isSeen ? '' : ' stroke-dasharray="5 4"';
  return (
    `<path d="${points}" fill="none" stroke="${colour}" stroke-width="1.5"${dashes} marker-end="url(#tip)"/>` +
    `<text x="${labelX}" y="${labelY}" fill="${colour}" text-anchor="middle" font-weight="bold">${index + 1}</text>`
  );
}

type Point = readonly [number, number];

/** Back to CLOSED around the others; else from edge to edge of the boxes. */
function routeOf(from: TcpState, to: TcpState): readonly [string, Point] {
  const [[x1, y1], [x2, y2]] = [places[from], places[to]];
  if (to === 'CLOSED') {
    const side = from === 'LAST_ACK' ? 575 : 15;
    const start = from === 'LAST_ACK' ? x1 + boxWidth / 2 : x1 - boxWidth / 2;
    const end = from === 'LAST_ACK' ? x2 + boxWidth / 2 : x2 - boxWidth / 2;
    return [`M${start} ${y1}H${side}V${y2}H${end}`, [side + (side < 100 ? 10 : -10), 270]];
  }
  const [startY, endY] = y1 === y2 ? [y1, y2] : [y1 + boxHeight / 2, y2 - boxHeight / 2];
  const isLevel = y1 === y2;
  const startX = isLevel ? x1 + Math.sign(x2 - x1) * (boxWidth / 2) : x1;
  const endX = isLevel ? x2 - Math.sign(x2 - x1) * (boxWidth / 2) : x2;
  return [
    `M${startX} ${startY}L${endX} ${endY}`,
    [(startX + endX) / 2 + 10, (startY + endY) / 2 - 4],
  ];
}

function listLine({ from, to, label }: Edge, index: number, visited: Visited): string {
  const scenario = visited.edges.get(`${from}->${to}`);
  const y = 30 + index * 32;
  const colour = scenario === undefined ? unseenColour : '#000';
  return (
    `<text x="${listLeft}" y="${y}" fill="${colour}"><tspan font-weight="bold">${index + 1}</tspan> ${from} to ${to}: ${label}</text>` +
    `<text x="${listLeft + 16}" y="${y + 14}" fill="${colour}" font-size="11">${scenario ?? 'not seen'}</text>`
  );
}
