/** `pipewrench report`: renders a stored run, or a stored trace. */
import { UserError } from '../errors.ts';
import { storedSource } from '../reporter.ts';
import { loadRun } from '../store.ts';
import { wantedReports, writeReports } from './reports.ts';
import { findReporter, findTraceReporter, type Tools } from './tools.ts';
import { isTraceFolder, loadTrace } from './trace/store.ts';

export interface ReportCommand {
  reporter?: readonly string[];
  out?: string;
}

/** Throws a UserError when the run is not there, of another format, or cut short, or a file cannot be written. */
export function reportCommand(folder: string, options: ReportCommand, tools: Tools): void {
  const words = wordsOf(options);
  if (isTraceFolder(folder)) {
    const wanted = wantedReports(words, (name) => findTraceReporter(name, tools));
    writeReports(wanted, loadTrace(folder));
  } else {
    const wanted = wantedReports(words, (name) => findReporter(name, tools));
    writeReports(wanted, storedSource(folder, loadRun(folder)));
  }
}

/** `--out FILE` is where the only report goes. */
function wordsOf({ reporter = ['html'], out }: ReportCommand): readonly string[] {
  const [only = '', ...others] = reporter;
  if (out === undefined) return reporter;
  if (others.length === 0 && !only.includes('=')) return [`${only}=${out}`];
  throw new UserError(`--out ${out} does not say which report it is for`, {
    expected: 'one --reporter NAME with --out FILE, or NAME=FILE for each',
    next: `--reporter ${only.includes('=') ? only : `${only}=${out}`}`,
  });
}
