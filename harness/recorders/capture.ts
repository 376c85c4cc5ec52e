/** What every capture has in common, whoever takes it from the kernel. */
import type { CapturedPacket } from './pcap.ts';

export const captureNames = ['tcpdump', 'embedded'] as const;
export type CaptureName = (typeof captureNames)[number];

/** `any`: every network device of the machine. */
export type Device = 'lo' | 'any';

export interface CaptureListener {
  /** @param device Index of the device that the packet passed; 0 where only one is captured. */
  onPacket(packet: CapturedPacket, device: number): void;
  /** Called when the capture ended without being asked to. */
  onEnd(reason: string): void;
}

export interface CaptureSettings {
  /** Of `any` each packet comes as an Ethernet frame, once for each device that it passes. */
  device: Device;
  /** Memory of the kernel for packets that wait to be read. */
  bufferBytes: number;
}

/** Captures everything on the device from the moment it resolves. Throws CaptureUnavailable. */
export type StartCapture = (
  listener: CaptureListener,
  settings: CaptureSettings,
) => Promise<Capture>;

export interface Capture {
  /** Packets that the kernel dropped so far for want of room. Throws CaptureUnavailable when it has ended. */
  droppedSoFar(): Promise<number>;
  /**
   * Has the datagram of a barrier sent, and whatever else it takes for the capture to show it at once: when
   * it has come through, so has every packet before it.
   * @param send Sends it over loopback, with so many bytes more than it needs, before it returns.
   */
  sendBarrier(send: (fillBytes: number) => void): void;
  /** Resolves when it has ended. Idempotent. */
  stop(): Promise<void>;
}

/** Why there is no capture, in words for the user. */
export class CaptureUnavailable extends Error {
  override readonly name = 'CaptureUnavailable';
}
