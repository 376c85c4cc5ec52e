/** A capture as tcpdump prints it, line by line: `tcpdump -n -tttt -r FILE`. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type CaptureEnd, type CaptureInput, readCapture } from '../../../captures/reader.ts';
import { machineDevices } from '../../../captures/tcpdump/devices.ts';
import { tcpdumpPrinter } from '../../../captures/tcpdump/printer.ts';
import { messageOf, UserError } from '../../errors.ts';

/**
 * @param out A file; standard output when left out.
 * Throws a UserError when the file cannot be written, and what reading fails with.
 */
export async function printAsTcpdump(input: CaptureInput, out?: string): Promise<CaptureEnd> {
  if (out === undefined) return print(input, process.stdout);
  const output = createWriteStream(out);
  const written = finished(output).catch((error: unknown) => {
    throw new UserError(`${out} cannot be written: ${messageOf(error)}`, {
      expected: 'a file that this user may write',
      next: 'name another one with --out, or leave it out',
    });
  });
  const [end] = await Promise.all([print(input, output).finally(() => output.end()), written]);
  return end;
}

async function print(input: CaptureInput, output: Writable): Promise<CaptureEnd> {
  const devices = machineDevices();
  const line = tcpdumpPrinter({ deviceName: (index) => devices.get(index) });
  let lines: string[] = [];
  const write = async () => {
    // Whoever reads them may have gone, `| head`.
    if (lines.length > 0 && !output.destroyed && !output.write(`${lines.join('\n')}\n`)) {
      await drained(output);
    }
    lines = [];
  };
  return readCapture(input, (frame) => lines.push(line(frame)), write);
}

function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      output.off('drain', done).off('close', done);
      resolve();
    };
    output.on('drain', done).on('close', done);
  });
}
