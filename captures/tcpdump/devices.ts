/** Names of the network devices of this machine, netdevice(7) and /sys/class/net. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/sys/class/net';

/** By index, as it is now; empty where the kernel does not tell. */
export function machineDevices(): ReadonlyMap<number, string> {
  try {
    return new Map(readdirSync(folder).flatMap(indexed));
  } catch {
    return new Map();
  }
}

/** A device may go while its name is read. */
function indexed(name: string): (readonly [number, string])[] {
  try {
    return [[Number(readFileSync(join(folder, name, 'ifindex'), 'utf8')), name]];
  } catch {
    return [];
  }
}
