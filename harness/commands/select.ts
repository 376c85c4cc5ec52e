/** Which scenarios a command is about. */

import type { ClientDriver } from '../client.ts';
import { UserError, unknownName } from '../errors.ts';
import type { Operation } from '../event.ts';
import { loadScenarios } from '../load.ts';
import { findClient, loadClient } from '../load-client.ts';
import type { FoundScenario } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import type { Tools } from './tools.ts';

export interface Selection {
  claim?: string[];
  client?: string;
}

export interface Selected {
  scenarios: FoundScenario[];
  /** Set when the user named one. */
  driver: ClientDriver | undefined;
}

/**
 * Throws a UserError when a file is no scenario, when a clause, client or title is unknown, or when
 * nothing is left to run.
 */
export async function select(
  wanted: readonly string[],
  { claim = [], client }: Selection,
  tools: Tools,
): Promise<Selected> {
  const driver =
    client === undefined ? undefined : await loadClient(client, tools.clients, tools.library.entry);
  const found = await loadScenarios(wanted, tools.library);
  const known = [...new Set(found.flatMap(({ scenario }) => scenario.claims.flatMap(withTopic)))];
  for (const id of claim) {
    if (known.includes(id)) continue;
    throw unknownName(
      'clause',
      id,
      known.sort(),
      '`pipewrench list` shows the clauses of each scenario',
    );
  }
  for (const { file, scenario } of found) {
    if (!tools.upstream.protocols.includes(scenario.protocol)) {
      const { message, expected, next } = unknownName(
        'protocol',
        scenario.protocol,
        tools.upstream.protocols,
        `correct it in ${file}`,
      );
      throw new UserError(message, { expected, next });
    }
    findClient(scenario.client, tools.clients);
    if (scenario.counter.kind === 'client') findClient(scenario.counter.client, tools.clients);
  }
  const left = found.filter(({ scenario }) => {
    const isAsked =
      claim.length === 0 || scenario.claims.flatMap(withTopic).some((id) => claim.includes(id));
    return isAsked && (!driver || canRun(driver, scenario));
  });
  if (left.length === 0) {
    throw new UserError('no scenario is left to run', {
      expected: driver
        ? `a scenario whose protocol is one of ${driver.protocols.join(', ')}, which ${driver.name} speaks`
        : 'at least one scenario',
      next: '`pipewrench list` shows all scenarios with their clauses, protocols and clients',
    });
  }
  return { scenarios: left, driver };
}

const usual: readonly Operation['kind'][] = ['query', 'update'];

/** Whether the client speaks the protocol and can do what the workload asks of it. */
function canRun({ protocols, operations = usual }: ClientDriver, scenario: Scenario): boolean {
  const asked = scenario.workload.flatMap((step) => {
    if (step.kind === 'together') return step.operations.map(({ kind }) => kind);
    return step.kind === 'operate' || step.kind === 'begin' ? [step.operation.kind] : [];
  });
  return protocols.includes(scenario.protocol) && asked.every((kind) => operations.includes(kind));
}

/** `003.1` belongs to `003` too. */
export function withTopic(claim: string): string[] {
  const [topic = claim] = claim.split('.');
  return topic === claim ? [claim] : [topic, claim];
}
