/** A real capture, where this machine allows one. */
import { CaptureUnavailable } from '../../harness/recorders/capture.ts';
import { startWire, type WireOptions, type WireRecorder } from '../../harness/recorders/wire.ts';

/** The recorder, or why there is none: what a test is skipped with. */
export async function wireOrReason(
  options: WireOptions = {},
): Promise<WireRecorder | { unavailable: string }> {
  try {
    return await startWire(options);
  } catch (error) {
    if (error instanceof CaptureUnavailable) return { unavailable: error.message };
    throw error;
  }
}
