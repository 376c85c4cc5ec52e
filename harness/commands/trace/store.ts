/** A trace's folder: trace.json, trace.pcap and report.html. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceSource } from '../../reporter.ts';
import { loadJson, parsed, save } from '../../store.ts';
import { traceResultSchema } from '../../trace-result.ts';

const traceFile = 'trace.json';
export const tracePcapFile = 'trace.pcap';

/** Packets first: a trace that is there has its packets. Throws a UserError. */
export function saveTrace(folder: string, { trace, pcap }: TraceSource): void {
  if (pcap) save(folder, tracePcapFile, pcap);
  save(folder, traceFile, `${JSON.stringify(trace, null, 1)}\n`);
}

export function isTraceFolder(folder: string): boolean {
  return statSync(join(folder, traceFile), { throwIfNoEntry: false }) !== undefined;
}

/** Throws a UserError when it is damaged or of another format. */
export function loadTrace(folder: string): TraceSource {
  const path = join(folder, traceFile);
  const trace = parsed(traceResultSchema, loadJson(path, 'what a trace has seen'), path);
  return { trace, pcap: trace.pcap === null ? undefined : readFileSync(join(folder, trace.pcap)) };
}
