/** The protocols that fake upstreams speak. */
import { dnsTcp } from './dns-tcp.ts';
import type { Protocol } from './protocol.ts';
import { raw } from './raw.ts';

export const protocols: readonly Protocol[] = [raw, dnsTcp];
