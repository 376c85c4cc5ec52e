/** Bytes to lines, with an upper limit. */

/**
 * Takes bytes as they come and hands on each line without its end. A line may be this long at most; from
 * the first longer one on, nothing more is read.
 * @param onLine Called with the bytes of each line.
 * @param onTooLong Called once, with the beginning of the line.
 */
export function lineReader(
  lineBytesMax: number,
  onLine: (line: Buffer) => void,
  onTooLong: (beginning: Buffer) => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let pendingBytes = 0;
  let isOver = false;
  const take = (part: Buffer) => {
    parts.push(part);
    pendingBytes += part.length;
    if (pendingBytes <= lineBytesMax) return;
    isOver = true;
    onTooLong(Buffer.concat(parts).subarray(0, shownBytesMax));
    parts = [];
  };
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end !== -1 && !isOver; end = rest.indexOf(0x0a)) {
      take(rest.subarray(0, end));
      if (isOver) return;
      const line = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      parts = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
      onLine(line);
    }
    if (!isOver && rest.length > 0) take(rest);
  };
}

const shownBytesMax = 200;

/** What is shown of something that a program wrote: one line, not too long. */
export function shown(text: string): string {
  const cut = text.length > shownBytesMax ? `${text.slice(0, shownBytesMax)}...` : text;
  return JSON.stringify(cut);
}

/** The last lines of an output, whatever its length. */
export function lastLines(linesMax: number, charsMax: number) {
  let text = '';
  return {
    add(more: string): void {
      text = (text + more.slice(-charsMax)).slice(-charsMax);
    },
    get lines(): string[] {
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      return lines.slice(-linesMax);
    },
  };
}
