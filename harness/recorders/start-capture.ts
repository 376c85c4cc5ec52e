/** Which capture is used: tcpdump where it is installed, or else the one of this process. */
import { findProgram } from '../../kernel/programs.ts';
import type { Capture, CaptureListener, CaptureName, Device, StartCapture } from './capture.ts';
import { startEmbedded } from './embedded.ts';
import { startTcpdump, tcpdumpVersion } from './tcpdump.ts';

const starters: Readonly<Record<CaptureName, StartCapture>> = {
  tcpdump: startTcpdump,
  embedded: startEmbedded,
};

// With its default buffer tcpdump loses a fifth of the packets of a tight loop of connect and reset.
const bufferBytesDefault = 67_108_864;

export interface CaptureOptions {
  /** Loopback when left out. */
  device?: Device;
  /** `defaultCapture()` when left out. */
  capture?: CaptureName;
  /** Memory of the kernel for packets that wait to be read. 64 MiB when left out. */
  bufferBytes?: number;
}

export function defaultCapture(): CaptureName {
  return findProgram('tcpdump') ? 'tcpdump' : 'embedded';
}

/** The capture and its version, in words for the user. */
export function describeCapture(name: CaptureName): string {
  if (name === 'tcpdump') return tcpdumpVersion() ?? 'tcpdump';
  return "embedded: a packet socket of pipewrench's own";
}

/** Captures everything on the device from the moment it resolves. Throws CaptureUnavailable. */
export function startCapture(
  listener: CaptureListener,
  {
    device = 'lo',
    capture = defaultCapture(),
    bufferBytes = bufferBytesDefault,
  }: CaptureOptions = {},
): Promise<Capture> {
  return starters[capture](listener, { device, bufferBytes });
}
