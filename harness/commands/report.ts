/** `pipewrench report`: renders a stored run. */
import { basename, dirname } from 'node:path';
import { storedSource } from '../reporter.ts';
import { loadRun, save } from '../store.ts';
import { findReporter, renderOptions, type Tools } from './tools.ts';

/** Throws a UserError when the run is not there, of another format, or cut short, or the file cannot be written. */
export function reportCommand(
  runFolder: string,
  { reporter: name, out }: { reporter: string; out?: string },
  tools: Tools,
): void {
  const reporter = findReporter(name, tools);
  const source = storedSource(runFolder, loadRun(runFolder));
  const text = reporter.render(source, renderOptions(process.stdout));
  if (out === undefined) process.stdout.write(text);
  else save(dirname(out), basename(out), text);
}
