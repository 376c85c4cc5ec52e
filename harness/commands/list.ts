/** `pipewrench list`. */
import { UserError } from '../errors.ts';
import { whyNoTools } from '../programs/builder.ts';
import { claimsCommand } from './claims.ts';
import { exitCodes } from './exit-codes.ts';
import { justNames, type Selection, select } from './select.ts';
import { table } from './table.ts';
import type { Tools } from './tools.ts';

export interface ListCommand extends Selection {
  claims?: boolean;
  clients?: boolean;
}

/** Returns the exit code. Throws a UserError. */
export async function listCommand(
  wanted: readonly string[],
  options: ListCommand,
  tools: Tools,
): Promise<number> {
  if (options.claims && options.clients) {
    throw new UserError('--claims and --clients cannot be combined', {
      expected: 'one of them: each shows a list of its own',
      next: 'leave one of them out',
    });
  }
  if (options.claims) return claimsCommand(wanted, options, tools);
  const rows = options.clients
    ? [['CLIENT', 'PROTOCOLS', 'DESCRIPTION'], ...clientRows(tools)]
    : [
        ['SCENARIO', 'CLAUSES', 'PROTOCOL', 'CLIENT', 'TITLE'],
        ...(await select(wanted, options, tools, justNames(tools))).scenarios.map(
          ({ path, scenario }) => [
            path,
            scenario.claims.join(' '),
            scenario.protocol,
            scenario.client,
            scenario.title,
          ],
        ),
      ];
  process.stdout.write(table(rows));
  return exitCodes.passed;
}

function clientRows(tools: Tools): string[][] {
  const here = tools.clients.map((client) => ({ ...client, why: undefined }));
  const programs = tools.programs.map((program) => ({
    ...program,
    why: whyNoTools(program.build),
  }));
  return [...here, ...programs].map(({ name, protocols, description, why }) => [
    name,
    protocols.join(' '),
    why === undefined ? description : `${description} (not here: ${why})`,
  ]);
}
