/** Which scenarios a command is about. */

import type { ClientDriver } from '../client.ts';
import { UserError, unknownName } from '../errors.ts';
import type { Operation } from '../event.ts';
import { loadScenarios } from '../load.ts';
import { findClient, loadClient } from '../load-client.ts';
import { builder } from '../programs/builder.ts';
import type { TapOrWhyNot } from '../recorders/syscalls-tap.ts';
import type { FoundScenario } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { parseShard, partOf, type Shard, type ShardedSelection, selectionOf } from '../shard.ts';
import { needsProcess } from '../workload.ts';
import { clientsOf, type Tools } from './tools.ts';

export interface Selection {
  claim?: string[];
  client?: string;
  /** `2/4` */
  shard?: string;
}

/** What there is to select from. */
export interface Having {
  clients: readonly ClientDriver[];
  tap: TapOrWhyNot;
}

/** All clients, for a command that runs none of them. */
export function justNames(tools: Tools): Having {
  const tap = { unavailable: 'nothing is run' };
  return { clients: clientsOf(tools, builder(tools.programs, tools.packageFolder), tap), tap };
}

export interface Selected {
  scenarios: FoundScenario[];
  /** Set when the user named one. */
  driver: ClientDriver | undefined;
  /** Set when they are only a part of what is selected. */
  part: { shard: Shard; selection: ShardedSelection } | undefined;
}

/**
 * Throws a UserError when a file is no scenario, when a clause, client or title is unknown, when
 * nothing is left to run, or when there are more shards than scenarios.
 */
export async function select(
  wanted: readonly string[],
  { claim = [], client, shard: typed }: Selection,
  tools: Tools,
  { clients, tap }: Having,
): Promise<Selected> {
  const shard = typed === undefined ? undefined : parseShard(typed);
  const driver =
    client === undefined
      ? undefined
      : await loadClient(client, clients, { entry: tools.library.entry, tap });
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
    for (const name of clientsIn(scenario)) requireAble(findClient(name, clients), scenario, file);
  }
  const left = found.filter(({ scenario }) => {
    const isAsked =
      claim.length === 0 || scenario.claims.flatMap(withTopic).some((id) => claim.includes(id));
    return isAsked && (!driver || canRun(driver, scenario));
  });
  if (left.length === 0) {
    throw new UserError('no scenario is left to run', {
      expected: driver
        ? `a scenario whose protocol is one of ${driver.protocols.join(', ')}, which ${driver.name} speaks, and that ${driver.name} can do: ${ways(driver)}`
        : 'at least one scenario',
      next: '`pipewrench list` shows all scenarios with their clauses, protocols and clients',
    });
  }
  if (!shard) return { scenarios: left, driver, part: undefined };
  if (shard.count > left.length) {
    throw new UserError(`--shard ${typed}: there are more shards than scenarios`, {
      expected: `a scenario for each shard; ${left.length} selected: an empty shard would prove nothing`,
      next: `divide them into ${left.length} at most: --shard 1/${left.length}`,
    });
  }
  const part = { shard, selection: selectionOf(left, client) };
  return { scenarios: partOf(left, shard), driver, part };
}

const usual: readonly Operation['kind'][] = ['query', 'update'];

/** Of its own: whichever client is run instead, the counter client stays. */
export function clientsIn({ client, counter }: Scenario): string[] {
  return counter.kind === 'client' ? [client, counter.client] : [client];
}

const ways = ({ program }: ClientDriver) =>
  program
    ? 'one in real time'
    : 'one that does not pause or limit its client, which runs in the process of pipewrench';

/** Why the client cannot do what the workload asks of its process; undefined when it can. */
function whyNotAble({ name, program }: ClientDriver, scenario: Scenario): string | undefined {
  if (!program && needsProcess(scenario.workload)) {
    return `its workload pauses or limits the client, and ${name} runs in the process of pipewrench`;
  }
  if (program && scenario.clock === 'virtual') {
    return `its clock is virtual, and ${name} runs in a process of its own, in real time`;
  }
  if (program && scenario.workload.some(({ kind }) => kind === 'stall')) {
    return `its workload stalls the client within a call, and ${name} runs in a process of its own`;
  }
  const unsaid = scenario.workload.find(
    (step) => step.kind === 'said' && program?.publishes?.includes(step.event) === false,
  );
  return unsaid && `its workload waits for an event that ${name} does not publish`;
}

/** Throws a UserError. */
function requireAble(driver: ClientDriver, scenario: Scenario, file: string): void {
  const why = whyNotAble(driver, scenario);
  if (why === undefined) return;
  throw new UserError(`${file} cannot be run with ${driver.name}: ${why}`, {
    expected: 'a client that can do what the workload says',
    next: `name another client in ${file}, or leave the step out`,
  });
}

/** Whether the client speaks the protocol and can do what the workload asks of it. */
function canRun(driver: ClientDriver, scenario: Scenario): boolean {
  const { protocols, operations = usual } = driver;
  const asked = scenario.workload.flatMap((step) => {
    if (step.kind === 'together') return step.operations.map(({ kind }) => kind);
    return step.kind === 'operate' || step.kind === 'begin' ? [step.operation.kind] : [];
  });
  return (
    protocols.includes(scenario.protocol) &&
    asked.every((kind) => operations.includes(kind)) &&
    whyNotAble(driver, scenario) === undefined
  );
}

/** `003.1` belongs to `003` too. */
export function withTopic(claim: string): string[] {
  const [topic = claim] = claim.split('.');
  return topic === claim ? [claim] : [topic, claim];
}
