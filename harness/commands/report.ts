/** `pipewrench report`: renders a stored run, or a stored trace. */
import { basename, dirname } from 'node:path';
import { storedSource } from '../reporter.ts';
import { loadRun, save } from '../store.ts';
import { renderOptions } from './render-options.ts';
import { findReporter, findTraceReporter, type Tools } from './tools.ts';
import { isTraceFolder, loadTrace } from './trace/store.ts';

/** Throws a UserError when the run is not there, of another format, or cut short, or the file cannot be written. */
export function reportCommand(
  runFolder: string,
  { reporter: name, out }: { reporter: string; out?: string },
  tools: Tools,
): void {
  const text = rendered(runFolder, name, tools);
  if (out === undefined) process.stdout.write(text);
  else save(dirname(out), basename(out), text);
}

function rendered(folder: string, name: string, tools: Tools): string {
  const options = renderOptions(process.stdout);
  if (isTraceFolder(folder)) {
    return findTraceReporter(name, tools).render(loadTrace(folder), options);
  }
  const reporter = findReporter(name, tools);
  return reporter.render(storedSource(folder, loadRun(folder)), options);
}
