/** A plan as the text of a scenario file. */
import type { Plan } from './plan.ts';

export interface Heading {
  title: string;
  /** Lines of the comment above it. */
  comment: readonly string[];
}

/** Every name of the public entry that a plan may use. */
const words = [
  ...['advance', 'against', 'alsoOverTcp', 'answer', 'answerAll', 'answerWrongId', 'attempts'],
  ...['begin', 'breaks', 'call', 'clientState', 'close', 'comeBack', 'connections'],
  ...[
    'connectionsIn',
    'connectionsOpened',
    'corrupt',
    'delay',
    'drip',
    'errors',
    'everyRequest',
    'fired',
  ],
  ...[
    'fullBacklogUntil',
    'halfClose',
    'listener',
    'open',
    'outcome',
    'packets',
    'read',
    'refuseUntil',
  ],
  ...['request', 'reset', 'scenario', 'send', 'sendResponse', 'serveUntil', 'settled'],
  ...['someRequestFails', 'swallow', 'swapped', 'truncate', 'untilGate', 'untilIdle', 'untilState'],
  ...['update', 'vanish'],
];

/** Without what is said in it, and without what is called of something. */
const bare = (code: string) => code.replace(/'(?:[^'\\]|\\.)*'/g, "''");

export function scenarioText(plan: Plan, { title, comment }: Heading): string {
  const { protocol, client, clock, deadlineMs, upstream, workload, expect, counter } = plan;
  const list = (items: readonly string[]) => items.map((item) => `    ${item},\n`).join('');
  const body = [
    `  title: ${title},`,
    "  claims: ['explained'],",
    `  protocol: '${protocol}',`,
    `  client: '${client}',`,
    ...(clock ? [`  clock: '${clock}',`] : []),
    ...(deadlineMs === undefined ? [] : [`  deadlineMs: ${deadlineMs},`]),
    `  upstream: ${upstream},`,
    `  workload: [\n${list(workload)}  ],`,
    `  expect: [\n${list(expect)}  ],`,
    `  counter: ${counter},`,
  ].join('\n');
  const code = bare(body);
  const used = words.filter(
    (word) => word === 'scenario' || new RegExp(`(?<![.\\w])${word}[(.]`).test(code),
  );
  return [
    '/**',
    ...comment.map((line) => ` * ${line.replaceAll('*/', '* /')}`.trimEnd()),
    ' */',
    `import {\n${used.map((word) => `  ${word},\n`).join('')}} from 'pipewrench';`,
    '',
    `export default scenario({\n${body}\n});`,
    '',
  ].join('\n');
}
