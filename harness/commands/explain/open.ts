/** Reads what was typed as a capture, and says in the words of the command line what is wrong with it. */
import { NotACapture } from '../../../captures/frame.ts';
import { type CaptureInput, openCapture } from '../../../captures/reader.ts';
import { UserError } from '../../errors.ts';

export const standardInput = '-';

/** @param read Is handed the file's bytes. Throws a UserError for what cannot be opened or is no capture. */
export async function withCapture<T>(
  file: string,
  read: (input: CaptureInput) => Promise<T>,
): Promise<T> {
  try {
    return await read(file === standardInput ? process.stdin : openCapture(file));
  } catch (error) {
    throw explained(file, error);
  }
}

function explained(file: string, error: unknown): unknown {
  const name = file === standardInput ? 'standard input' : file;
  if (error instanceof NotACapture) {
    return new UserError(`${name} is no capture: ${error.message}`, {
      expected: 'a pcap or pcapng file, plain or compressed with gzip',
      next: 'record one with `tcpdump -w FILE`, or save one from Wireshark',
    });
  }
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return new UserError(`${name} cannot be read: ${error.message}`, {
      expected: 'a pcap or pcapng file that this user may read',
      next:
        file === standardInput ? 'pipe a capture into it' : 'check the path and its permissions',
    });
  }
  return error;
}
