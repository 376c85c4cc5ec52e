/** `--reporter NAME` prints a report, `--reporter NAME=FILE` writes it. It may be given several times. */
import { basename, dirname } from 'node:path';
import { UserError } from '../errors.ts';
import type { RenderOptions } from '../reporter.ts';
import { append, makeFolder, save } from '../store.ts';
import { fileRenderOptions, renderOptions } from './tools.ts';

/** What the reporters of runs and of traces have in common. */
interface Rendering<Source> {
  render(source: Source, options: RenderOptions): string;
  appended?: { variable: string; render(source: Source, writtenBytes: number): string };
}

/** A report that is asked for. */
export interface Wanted<Source> {
  name: string;
  /** Standard output when it is left out. */
  file?: string;
  reporter: Rendering<Source>;
}

/**
 * @param find Throws a UserError for a name that it does not know.
 * Throws a UserError when a file is not named, or named twice.
 */
export function wantedReports<Source>(
  words: readonly string[],
  find: (name: string) => Rendering<Source>,
): Wanted<Source>[] {
  const wanted = words.map((word): Wanted<Source> => {
    const [name = '', ...rest] = word.split('=');
    const reporter = find(name);
    if (rest.length === 0) return { name, reporter };
    const file = rest.join('=');
    if (file !== '') return { name, reporter, file };
    throw new UserError(`--reporter ${word} names no file`, {
      expected: 'NAME, which prints the report, or NAME=FILE, which writes it',
      next: `--reporter ${name}, or for example --reporter ${name}=report.txt`,
    });
  });
  const files = wanted.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) {
    throw new UserError(`two reports are to be written to ${twice}`, {
      expected: 'a file of its own for each report',
      next: 'name another file for one of them',
    });
  }
  return wanted;
}

export const isPrinted = ({ name, file }: Pick<Wanted<unknown>, 'name' | 'file'>, which: string) =>
  name === which && file === undefined;

/** Throws a UserError when a file cannot be written. */
export function writeReports<Source>(wanted: readonly Wanted<Source>[], source: Source): void {
  for (const { file, reporter } of wanted) {
    if (file === undefined) {
      process.stdout.write(reporter.render(source, renderOptions(process.stdout)));
    } else {
      makeFolder(dirname(file));
      save(dirname(file), basename(file), reporter.render(source, fileRenderOptions));
    }
    const { appended } = reporter;
    const target = appended && process.env[appended.variable];
    if (target) append(target, (writtenBytes) => appended.render(source, writtenBytes));
  }
}
