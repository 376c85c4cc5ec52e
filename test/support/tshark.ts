/** Wireshark's own view of a capture. */
import { execFileSync } from 'node:child_process';
import { findProgram } from '../../kernel/programs.ts';
import { whyNo } from './why-no.ts';

const [tshark, capinfosProgram, mergecapProgram] = ['tshark', 'capinfos', 'mergecap'].map(
  (name) => findProgram(name) ?? name,
);

export const whyNoTshark = whyNo('tshark');

/** A row for each packet; values of a field that is there several times are joined with `|`. */
export function tsharkFields(file: string, fields: readonly string[]): string[][] {
  const output = execFileSync(
    tshark ?? '',
    [
      ...['-n', '-r', file, '-T', 'fields', '-E', 'aggregator=|'],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return output === ''
    ? []
    : output
        .replace(/\n$/, '')
        .split('\n')
        .map((row) => row.split('\t'));
}

/** Writes all packets of these captures, whatever their formats and link types, into one. */
export function mergecap(files: readonly string[], together: string): void {
  execFileSync(mergecapProgram ?? '', ['-a', '-w', together, ...files], { stdio: 'pipe' });
}

export function capinfos(file: string): string {
  return execFileSync(capinfosProgram ?? '', [file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
