/** Bytes as `hexdump -C` shows them. */

const bytesPerLine = 16;
const half = bytesPerLine / 2;

/** `0000  02 2a 00 01 …  |.*..|`, a line for each 16 bytes. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = bytes.subarray(at, at + bytesPerLine);
    const hex = Array.from(line, (byte) => byte.toString(16).padStart(2, '0'));
    const columns = `${hex.slice(0, half).join(' ')}  ${hex.slice(half).join(' ')}`;
    const text = Array.from(line, (byte) => (isDrawn(byte) ? String.fromCharCode(byte) : '.'));
    const offset = at.toString(16).padStart(4, '0');
    lines.push(`${offset}  ${columns.padEnd(bytesPerLine * 3)}  |${text.join('')}|`);
  }
  return lines.join('\n');
}

/** ASCII that has a shape. */
const isDrawn = (byte: number) => byte >= 0x20 && byte < 0x7f;
