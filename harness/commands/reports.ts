/** `--reporter NAME` prints a report, `--reporter NAME=FILE` writes it. It may be given several times. */
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { RenderOptions } from '../reporter.ts';
import { append, makeFolder, save } from '../store.ts';
import { fileRenderOptions, renderOptions } from './render-options.ts';

/** What the reporters of runs and of traces have in common. */
interface Rendering<Source> {
  render(source: Source, options: RenderOptions): string | Uint8Array;
  extension: string;
  isBinary?: true;
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
 * Throws a UserError when a file is not named, or named twice, or bytes would go to a terminal.
 */
export function wantedReports<Source>(
  words: readonly string[],
  find: (name: string) => Rendering<Source>,
): Wanted<Source>[] {
  const wanted = words.map((word): Wanted<Source> => {
    const [name = '', ...rest] = word.split('=');
    const reporter = find(name);
    if (rest.length === 0) {
      requirePrintable(name, reporter);
      return { name, reporter };
    }
    const file = rest.join('=');
    if (file !== '') return { name, reporter, file };
    throw new UserError(`--reporter ${word} names no file`, {
      expected: 'NAME, which prints the report, or NAME=FILE, which writes it',
      next: `--reporter ${name}, or for example --reporter ${name}=report.txt`,
    });
  });
  const files = wanted.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const places = files.map((file) => resolve(file));
  const twice = files.find((_, index) => places.indexOf(places[index] ?? '') !== index);
  if (twice !== undefined) {
    throw new UserError(`two reports are to be written to ${twice}`, {
      expected: 'a file of its own for each report',
      next: 'name another file for one of them',
    });
  }
  return wanted;
}

/** Refuses to write bytes to a terminal, which would act on them. Throws a UserError. */
export function requirePrintable(
  name: string,
  { isBinary, extension }: Pick<Rendering<never>, 'isBinary' | 'extension'>,
  { isTTY }: Pick<NodeJS.WriteStream, 'isTTY'> = process.stdout,
): void {
  if (!isBinary || !isTTY) return;
  throw new UserError(`the reporter "${name}" writes bytes that are not for a terminal`, {
    expected: 'a file or a program that takes them',
    next: `--reporter ${name}=report.${extension}`,
  });
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
  }
  // Once, also when the same report is printed and written.
  for (const { appended } of new Set(wanted.map(({ reporter }) => reporter))) {
    const target = appended && process.env[appended.variable];
    if (target) append(target, (writtenBytes) => appended.render(source, writtenBytes));
  }
}
