/** One diagnosis: what it means, the first connections with the packets that prove it, what to change. */
import { meanings, type Proof } from '../../../explain/diagnosis.ts';
import type { Explained } from '../../../explain/result.ts';
import type { RenderOptions } from '../../source.ts';
import { styled } from '../../terminal/style.ts';
import { wrap } from '../../text/columns.ts';
import { printable } from '../../text/printable.ts';
import type { Case, Group, UpstreamGroup } from '../groups.ts';
import { connectionFilter, framesFilter } from '../wireshark.ts';
import { counted, type Gravity, gravityOf, idOf, sinceStart } from '../words.ts';

/** Enough to see a pattern; the JSON has them all. */
interface Room {
  upstreams: number;
  /** Of the first upstream, and of each of the others. */
  cases: readonly [number, number];
}
const rooms: Readonly<Record<Gravity, Room>> = {
  bad: { upstreams: 4, cases: [2, 1] },
  notice: { upstreams: 3, cases: [1, 1] },
  plain: { upstreams: 2, cases: [1, 0] },
};
const numbersMax = 12;

type Format = Parameters<typeof styled>[0];

const gravityMark: Readonly<Record<Gravity, string>> = { bad: '✗', notice: '!', plain: '·' };
export const gravityFormat: Readonly<Record<Gravity, Format>> = {
  bad: ['red', 'bold'],
  notice: ['yellow', 'bold'],
  plain: 'bold',
};

export function groupBlock(explained: Explained, group: Group, options: RenderOptions): string[] {
  const { name, count, upstreams } = group;
  const gravity = gravityOf(name);
  const { means, advice } = meanings[name];
  const room = rooms[gravity];
  const shown = upstreams.slice(0, room.upstreams);
  const left = upstreams.length - shown.length;
  const head = `${gravityMark[gravity]} ${name}`;
  return [
    '',
    `${styled(gravityFormat[gravity], head, options)}  ${counted(count, 'connection')}`,
    ...indented(2, means, options),
    ...shown.flatMap((upstream, index) =>
      upstreamLines(explained, upstream, room.cases[index === 0 ? 0 : 1], options),
    ),
    ...(left > 0
      ? [styled('dim', `  and ${counted(left, 'more upstream')}: --format json has all`, options)]
      : []),
    ...labelled('change', advice, options),
    ...filterLines(group, options),
  ];
}

function upstreamLines(
  explained: Explained,
  { address, cases }: UpstreamGroup,
  most: number,
  options: RenderOptions,
): string[] {
  const shown = cases.slice(0, most);
  const rest = cases.slice(most);
  const numbers = rest.slice(0, numbersMax).map(({ connection }) => `#${idOf(connection)}`);
  const more = rest.length > numbersMax ? ', ...' : '';
  return [
    ...indented(2, `upstream ${printable(address)}, ${cases.length} of them`, options),
    ...shown.flatMap((one) => caseLines(explained, one, options)),
    ...(rest.length > 0
      ? indented(4, `${rest.length} more: ${numbers.join(', ')}${more}`, options).map((line) =>
          styled('dim', line, options),
        )
      : []),
  ];
}

function caseLines(
  explained: Explained,
  { connection, finding }: Case,
  options: RenderOptions,
): string[] {
  const story = `#${idOf(connection)} from ${printable(connection.client.address)}: ${printable(finding.story)}`;
  return [
    ...indented(4, story, options),
    ...finding.proof.flatMap((proof) => proofLines(explained, proof, options)),
  ];
}

function proofLines(explained: Explained, proof: Proof, options: RenderOptions): string[] {
  const frame = `frame ${proof.frame}`.padEnd(13);
  const at = sinceStart(explained, proof.atUs).padStart(11);
  const head = `      ${frame}${at}  `;
  const room = Math.max(20, options.widthColumns - head.length);
  const [first = '', ...others] = wrap(printable(proof.what), room);
  return [
    `${styled('dim', head, options)}${first}`,
    ...others.map((line) => ' '.repeat(head.length) + line),
  ];
}

function labelled(label: string, text: string, options: RenderOptions): string[] {
  const head = `  ${label}: `;
  const room = Math.max(20, options.widthColumns - head.length);
  const [first = '', ...others] = wrap(text, room);
  return [
    `${styled('green', head, options)}${first}`,
    ...others.map((line) => ' '.repeat(head.length) + line),
  ];
}

/** Not broken into lines: they are to be copied. */
function filterLines({ upstreams: [first] }: Group, options: RenderOptions): string[] {
  const [one] = first?.cases ?? [];
  if (!one) return [];
  return [
    styled('dim', `  Wireshark: ${framesFilter(one.finding.proof)}`, options),
    styled('dim', `         or: ${connectionFilter(one.connection)}`, options),
  ];
}

function indented(columns: number, text: string, { widthColumns }: RenderOptions): string[] {
  const margin = ' '.repeat(columns);
  return wrap(text, Math.max(20, widthColumns - columns)).map((line) => margin + line);
}
