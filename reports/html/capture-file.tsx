/** A capture as bytes in the page, and the file that keeps it. */
import { printable } from '../text/printable.ts';

interface CaptureFileProps {
  bytes: Uint8Array | undefined;
  /** Under which it is saved. */
  fileName: string;
  /** Below the run's folder. */
  path: string | null;
}

export function CaptureFile({ bytes, fileName, path }: CaptureFileProps) {
  if (bytes === undefined && path === null) return <p class="capture">Nothing was captured.</p>;
  return (
    <p class="capture">
      {bytes !== undefined && (
        <a
          class="button"
          download={fileName}
          href={`data:application/vnd.tcpdump.pcap;base64,${Buffer.from(bytes).toString('base64')}`}
        >
          {`Download pcap (${sizeText(bytes.length)})`}
        </a>
      )}
      {path !== null && (
        <span>
          in the run's folder: <code>{printable(path)}</code>
        </span>
      )}
    </p>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
