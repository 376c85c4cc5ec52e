/** The reference of all steps, as a Markdown table made from their definitions. */
import { phaseDefinitions } from './listener.ts';
import { protocols } from './protocols/index.ts';
import type { Protocol } from './protocols/protocol.ts';
import { definitions, explain, levelOf, type Step } from './step.ts';
import type { Definition } from './steps/definition.ts';

export interface ReferenceRow {
  kind: string;
  code: string;
  words: string;
  summary: string;
  /** Names of the protocols that it can be played on. */
  protocols: readonly string[];
  /** Also between any client and any server, where messages are not understood. */
  isForProxies: boolean;
  proof: string;
}

/** Whether the step can be played on connections of the protocol. */
export function worksWith(
  { transports, needs }: Pick<Definition<Step>, 'transports' | 'needs'>,
  { transport, powers }: Protocol,
): boolean {
  return transports.includes(transport) && (needs === undefined || powers.includes(needs));
}

/** Whether some form of it needs nobody who understands messages. */
function isForProxies({ example, transports }: Definition<Step>): boolean {
  return levelOf(example) === 'connection' && transports.includes('tcp');
}

export function referenceRows(): ReferenceRow[] {
  const steps = Object.values(definitions).map((definition) => ({
    kind: definition.kind,
    code: definition.code,
    words: explain(definition.example),
    summary: definition.summary,
    protocols: protocols.filter((p) => worksWith(definition, p)).map(({ name }) => name),
    isForProxies: isForProxies(definition as unknown as Definition<Step>),
    proof: definition.proof,
  }));
  const phases = phaseDefinitions.map(({ kind, code, forms, summary, proof, transports }) => ({
    kind,
    code,
    words: (forms[0]?.words ?? '').replace('{gate:text}', '"up"'),
    summary,
    protocols: protocols
      .filter(({ transport }) => transports.includes(transport))
      .map(({ name }) => name),
    isForProxies: true,
    proof,
  }));
  return [...steps, ...phases];
}

/** @param scenarioOf A scenario that plays a step of this kind, as a path. */
export function referenceTable(scenarioOf: (kind: string) => string | undefined): string {
  const lines = referenceRows().map(
    ({ kind, code, words, summary, protocols: names, isForProxies, proof }) => {
      const where = names.length === protocols.length ? 'all' : names.join(', ');
      const scenario = scenarioOf(kind);
      const cells = [
        `\`${kind}\``,
        summary,
        `\`${code}\``,
        words,
        `${where}${isForProxies ? '; proxy' : ''}`,
        proof,
        scenario ? `[${scenario}](../scenarios/${scenario})` : '',
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    },
  );
  const head = [
    'step',
    'what the upstream does',
    'in a scenario',
    'in words',
    'protocols',
    'receipt',
    'a scenario',
  ];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines].join('\n');
}
