/**
 * DNS messages as tcpdump(8) prints them without -v, under "UDP Name Server Requests" and "Responses": of a
 * response only the answers. RFC 1035 section 4, RFC 2136.
 */
import { behindName, dnsName } from './dns-name.ts';
import { classText, typeText } from './dns-names.ts';
import { recordText } from './dns-record.ts';
import { after, has, type Span, u16 } from './span.ts';

/** What is sent from or to it is read as DNS. */
export const dnsPort = 53;

const headerLength = 12;
const truncated = ' [|domain]';

const flag = {
  response: 0x8000,
  authoritative: 0x0400,
  truncation: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
} as const;
/** Bits that no query sets. */
const oddInQuery = 0x06cf;

const opcodes = [
  ...['', ' inv_q', ' stat', ' op3', ' notify', ' update', ' op6', ' op7'],
  ...[
    ' op8',
    ' updateA',
    ' updateD',
    ' updateDA',
    ' updateM',
    ' updateMA',
    ' zoneInit',
    ' zoneRef',
  ],
];
const inverseQuery = 1;
const responseCodes = [
  ...['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused', ' YXDomain', ' YXRRSet'],
  ...[' NXRRSet', ' NotAuth', ' NotZone', ' Resp11', ' Resp12', ' Resp13', ' Resp14', ' NoChange'],
];

/** RFC 1035 section 4.2.2: a length, then the message; a segment that holds something else is not read. */
export function dnsOverTcpText(payload: Span): string {
  const { wireLength } = payload;
  if (wireLength < 2) return ` [DNS over TCP: length ${wireLength} < 2] (invalid)`;
  if (!has(payload, 2)) return truncated;
  const said = u16(payload, 0);
  if (said !== wireLength - 2) {
    return ` [prefix length(${said}) != length(${wireLength - 2})] (invalid)`;
  }
  return ` ${dnsText(after(payload, 2))}`;
}

export function dnsText(message: Span): string {
  const { wireLength } = message;
  if (wireLength < headerLength) {
    return `domain [length ${wireLength} < ${headerLength}] (invalid)`;
  }
  if (!has(message, headerLength)) return truncated;
  const flags = u16(message, 2);
  const isResponse = (flags & flag.response) !== 0;
  const { text, isWhole } = isResponse ? response(message, flags) : query(message, flags);
  const head = `${u16(message, 0)}${opcodes[(flags >> 11) & 0x0f]}`;
  return `${head}${text}${isWhole ? ` (${wireLength})` : truncated}`;
}

interface Part {
  text: string;
  isWhole: boolean;
}

function countsOf(message: Span) {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) =>
    u16(message, at),
  );
  return {
    questions: questions ?? 0,
    answers: answers ?? 0,
    authorities: authorities ?? 0,
    additionals: additionals ?? 0,
  };
}

const marks = (flags: number, ...of: readonly (readonly [bit: number, mark: string])[]) =>
  of.map(([bit, mark]) => (flags & bit ? mark : '')).join('');

function query(message: Span, flags: number): Part {
  const { questions, answers, authorities, additionals } = countsOf(message);
  const isInverse = ((flags >> 11) & 0x0f) === inverseQuery;
  const counts = [
    ...(isInverse || questions !== 1 ? [` [${questions}q]`] : []),
    ...(isInverse || answers !== 0 ? [` [${answers}a]`] : []),
    ...(authorities === 0 ? [] : [` [${authorities}n]`]),
    ...(additionals === 0 ? [] : [` [${additionals}au]`]),
  ];
  const odd = flags & oddInQuery ? ` [b2&3=0x${flags.toString(16)}]` : '';
  const asked = questionsOf(message, questions);
  return {
    text: `${marks(flags, [flag.recursionDesired, '+'], [flag.checkingDisabled, '%'])}${odd}${counts.join('')}${asked.text}`,
    isWhole: asked.isWhole,
  };
}

/** ` A? a.example. AAAA? b.example.` */
function questionsOf(message: Span, count: number): Part {
  let offset = headerLength;
  let text = '';
  for (let n = 0; n < count; n++) {
    const name = dnsName(message, offset);
    if (!name) return { text, isWhole: false };
    if (!has(message, name.next + 4)) return { text, isWhole: false };
    const [type, of] = [u16(message, name.next), u16(message, name.next + 2)];
    text += ` ${typeText(type)}${of === 1 ? '' : ` ${classText(of)}`}? ${name.text}`;
    offset = name.next + 4;
  }
  return { text, isWhole: true };
}

function response(message: Span, flags: number): Part {
  const { questions, answers, authorities, additionals } = countsOf(message);
  const status = marks(
    flags ^ flag.recursionAvailable,
    [flag.authoritative, '*'],
    [flag.recursionAvailable, '-'],
    [flag.truncation, '|'],
    [flag.authenticData, '$'],
  );
  const head = `${responseCodes[flags & 0x0f]}${status}`;
  const { next: first, passed } = behindQuestions(message, questions);
  const commas = ','.repeat(Math.max(0, Math.min(passed, questions - 1)));
  const asked = questions === 1 ? '' : ` [${questions}q]${commas}`;
  const counts = ` ${answers}/${authorities}/${additionals}`;
  if (first === undefined) return { text: `${head}${asked}`, isWhole: false };
  const records = answersOf(message, first, answers);
  return { text: `${head}${asked}${counts}${records.text}`, isWhole: records.isWhole };
}

function behindQuestions(
  message: Span,
  count: number,
): { next: number | undefined; passed: number } {
  let offset: number = headerLength;
  for (let passed = 0; passed < count; passed++) {
    const next = behindName(message, offset);
    if (next === undefined) return { next, passed };
    offset = next + 4;
  }
  return { next: offset, passed: count };
}

/** Of a record that was cut before its data nothing is said, nor of those after it. */
function answersOf(message: Span, first: number, count: number): Part {
  let offset = first;
  let text = '';
  for (let left = count; left > 0; left--) {
    if (left < count) text += ',';
    const record = recordText(message, offset);
    if (!record) return { text, isWhole: left === 1 };
    text += ` ${record.text}`;
    if (record.next === undefined) return { text, isWhole: false };
    offset = record.next;
    // Nothing is there any more.
    if (!has(message, offset + 1)) return { text, isWhole: left === 1 };
  }
  return { text, isWhole: true };
}
