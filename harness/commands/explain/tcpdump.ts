/** A capture as tcpdump prints it, line by line: `tcpdump -n -tttt -r FILE`. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type CaptureEnd, readCapture } from '../../../captures/reader.ts';
import { machineDevices } from '../../../captures/tcpdump/devices.ts';
import { tcpdumpPrinter } from '../../../captures/tcpdump/printer.ts';

/** @param out A file; standard output when left out. Throws what reading or writing fails with. */
export async function printAsTcpdump(input: Readable, out?: string): Promise<CaptureEnd> {
  const output: Writable = out === undefined ? process.stdout : createWriteStream(out);
  const devices = machineDevices();
  const line = tcpdumpPrinter({ deviceName: (index) => devices.get(index) });
  let lines = '';
  const write = async () => {
    const isFull = lines !== '' && !output.write(lines);
    lines = '';
    if (isFull && !output.destroyed) await once(output, 'drain');
  };
  const end = await readCapture(
    input,
    (frame) => {
      lines += `${line(frame)}\n`;
    },
    write,
  );
  await write();
  if (out !== undefined) {
    output.end();
    await finished(output);
  }
  return end;
}
