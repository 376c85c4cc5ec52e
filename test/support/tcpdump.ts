/** The lines of the real tcpdump, and ours, of the same capture. */
import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { readCapture } from '../../captures/reader.ts';
import { machineDevices } from '../../captures/tcpdump/devices.ts';
import { tcpdumpPrinter } from '../../captures/tcpdump/printer.ts';
import { findProgram } from '../../kernel/programs.ts';
import { whyNo } from './why-no.ts';

const tcpdump = findProgram('tcpdump') ?? 'tcpdump';

export const whyNoTcpdump = whyNo('tcpdump');

export function theirLines(file: string): string[] {
  const output = execFileSync(tcpdump, ['-n', '-tttt', '-r', file], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 256 * 1024 * 1024,
  });
  return output === '' ? [] : output.replace(/\n$/, '').split('\n');
}

export async function ourLines(capture: Uint8Array): Promise<string[]> {
  const devices = machineDevices();
  const print = tcpdumpPrinter({ deviceName: (index) => devices.get(index) });
  const lines: string[] = [];
  await readCapture(Readable.from([Buffer.from(capture)]), (frame) => {
    lines.push(print(frame));
  });
  return lines;
}
