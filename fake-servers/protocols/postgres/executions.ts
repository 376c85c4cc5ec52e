/** What a request executes, known before it is: its key. */
import { sqlKey } from '../../../harness/keys.ts';
import { isSetting } from '../sql/parse.ts';
import type { Value } from '../sql/value.ts';
import { RefusedError } from './error.ts';
import type { Frontend } from './frontend.ts';
import { boundValues, type Named, type Portal, type Prepared } from './prepared.ts';

interface Execution {
  text: string;
  values: readonly Value[];
}

type Known = Pick<Prepared, 'text' | 'parameterOids'>;

/** The simple queries and the Executes of a request, in order. */
export function executionsOf(
  messages: readonly Frontend[],
  statements: Named<Prepared>,
  portals: Named<Portal>,
): Execution[] {
  const parsed = new Map<string, Known>();
  const bound = new Map<string, Execution>();
  const executions: Execution[] = [];
  for (const message of messages) {
    switch (message.kind) {
      case 'query':
        executions.push({ text: message.text, values: [] });
        break;
      case 'parse':
        parsed.set(message.name, message);
        break;
      case 'bind': {
        const known = parsed.get(message.statement) ?? statements.find(message.statement);
        if (known)
          bound.set(message.portal, { text: known.text, values: valuesOf(message, known) });
        break;
      }
      case 'execute':
        executions.push(bound.get(message.portal) ?? executionOf(message.portal, portals));
        break;
    }
  }
  return executions;
}

/** Of several they are joined by `; `. Undefined when nothing is executed that counts. */
export function keyOf(executions: readonly Execution[]): string | undefined {
  const requests = executions.filter(({ text }) => !isSetting(text));
  if (requests.length === 0) return undefined;
  return requests.map(({ text, values }) => sqlKey(text, values)).join('; ');
}

function executionOf(name: string, portals: Named<Portal>): Execution {
  const portal = portals.find(name);
  if (!portal) return { text: `execute "${name}"`, values: [] };
  return { text: portal.prepared.text, values: portal.values };
}

function valuesOf(
  { parameters }: Extract<Frontend, { kind: 'bind' }>,
  { parameterOids }: Known,
): readonly Value[] {
  try {
    return boundValues(parameters, parameterOids);
  } catch (error) {
    // The server refuses them when it executes the request.
    if (error instanceof RefusedError) return [];
    throw error;
  }
}
