/** A capture to download, and where the run keeps it. */
import { printable } from '../text/printable.ts';

interface CaptureFileProps {
  /** Undefined when there is none, or it can no longer be read. */
  href: string | undefined;
  bytes: number;
  /** Under which it is saved. */
  fileName: string;
  /** Below the run's folder. */
  path: string | null;
}

export function CaptureFile({ href, bytes, fileName, path }: CaptureFileProps) {
  if (href === undefined && path === null) return <p class="capture">Nothing was captured.</p>;
  return (
    <p class="capture">
      {href !== undefined && (
        <a class="button" download={fileName} href={href}>
          {`Download pcap (${sizeText(bytes)})`}
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

/** The packets in the page itself. */
export function dataUrl(pcap: Uint8Array): string {
  return `data:application/vnd.tcpdump.pcap;base64,${Buffer.from(pcap).toString('base64')}`;
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
