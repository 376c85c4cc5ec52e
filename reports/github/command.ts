/**
 * Workflow commands of GitHub Actions: lines of standard output that the runner obeys.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */

export interface WorkflowCommand {
  command: 'error' | 'notice';
  /** In the order in which they are written. Undefined ones are left out. */
  properties: Readonly<Record<string, string | undefined>>;
  message: string;
}

/** `%` first: it is what the others are written with. */
const data = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** One line, without its line feed. */
export function commandLine({ command, properties, message }: WorkflowCommand): string {
  const words = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(value)}`],
  );
  const named = words.length === 0 ? '' : ` ${words.join(',')}`;
  return `::${command}${named}::${data(message)}`;
}
