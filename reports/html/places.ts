/**
 * Where the parts of a report are, seen from one of its pages: all on one page, or each scenario on a
 * page of its own in the folder of its evidence.
 */
import type { ExecutionResult, RunResult, ScenarioResult } from '../../harness/result.ts';
import { anchorsOf } from './anchors.ts';
import { dataUrl } from './capture-file.tsx';

export interface Places {
  /** Every address can be put in an href. */
  overview: string;
  scenario(scenario: ScenarioResult): string;
  execution(scenario: ScenarioResult, name: ExecutionResult['name']): string;
  /** Clients side by side; counted from 1. */
  comparison(number: number): string;
  /** Id of a scenario on the page that shows it. */
  idOf(scenario: ScenarioResult): string;
  /** Id of an execution of a scenario; it begins the ids of its frames. */
  executionId(scenario: ScenarioResult, name: ExecutionResult['name']): string;
  /** The packets, in the page itself or in the file that they are in. */
  capture(pcap: Uint8Array, execution: ExecutionResult): string;
  /** Whether the other files of a scenario are beside its page. */
  hasFiles: boolean;
}

export const overviewFile = 'report.html';
export const comparisonsFile = 'side-by-side.html';
const scenarioFile = 'report.html';

/** Everything is on one page, packets too. */
export function onOnePage({ scenarios }: RunResult): Places {
  const anchors = anchorsOf(scenarios);
  const anchorOf = new Map(scenarios.map((scenario, index) => [scenario, anchors[index] ?? '']));
  const idOf = (scenario: ScenarioResult) => anchorOf.get(scenario) ?? '';
  return {
    overview: '#top',
    scenario: (scenario) => `#${idOf(scenario)}`,
    execution: (scenario, name) => `#${idOf(scenario)}-${name}`,
    comparison: (number) => `#comparison-${number}`,
    idOf,
    executionId: (scenario, name) => `${idOf(scenario)}-${name}`,
    capture: dataUrl,
    hasFiles: false,
  };
}

/** @param from The scenario on whose page this is; undefined for the pages of the run as a whole. */
export function inFolder(from: ScenarioResult | undefined): Places {
  const up = from === undefined ? '' : '../'.repeat(from.folder.split('/').length);
  const scenarioPage = (scenario: ScenarioResult) =>
    scenario === from ? '' : `${up}${address(scenario.folder)}/${scenarioFile}`;
  return {
    overview: `${up}${overviewFile}`,
    scenario: (scenario) => scenarioPage(scenario) || '#top',
    execution: (scenario, name) => `${scenarioPage(scenario)}#${name}`,
    comparison: (number) => `${up}${comparisonsFile}#comparison-${number}`,
    idOf: () => 'scenario',
    executionId: (_, name) => name,
    capture: (_, { pcap }) => address(pcap ?? ''),
    hasFiles: true,
  };
}

export const scenarioPath = ({ folder }: ScenarioResult) => `${folder}/${scenarioFile}`;

function address(path: string): string {
  // As UTF-8 and back: half a surrogate pair has no address.
  return Buffer.from(path).toString().split('/').map(encodeURIComponent).join('/');
}
