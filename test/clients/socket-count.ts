import { readdirSync, readlinkSync } from 'node:fs';

/** Socket descriptors open in this process. */
export function socketCount(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      // The descriptor that listed the folder is gone by now.
      return false;
    }
  }).length;
}
