/** What dnsperf measures. */
import { outputOf } from '../children.ts';
import type { Case } from './cases.ts';

export interface DnsperfFigures {
  queriesPerSecond: number;
  averageMs: number;
  lost: number;
  /** Without an error in the answer. */
  completed: number;
  /** User and system, for each query. */
  cpuUs: number;
}

/** Beyond the time it measures, until it has ended. */
const graceMs = 20_000;

export async function runDnsperf(
  { network, connections, outstanding }: Case,
  { port, dataFile, seconds }: { port: number; dataFile: string; seconds: number },
): Promise<DnsperfFigures> {
  const args = ['-m', network, '-p', port, '-d', dataFile, '-l', seconds];
  const all = [...args, '-q', outstanding, '-c', connections].map(String);
  // Node does not say what its children took; a shell does.
  const output = await outputOf('sh', ['-c', '"$@" && times', 'sh', 'dnsperf', ...all], {
    timeoutMs: seconds * 1000 + graceMs,
  });
  return figuresIn(output);
}

/** Throws an Error when something is not there. */
export function figuresIn(output: string): DnsperfFigures {
  const find = (what: string, pattern: RegExp) => {
    const [, number] = pattern.exec(output) ?? [];
    if (number === undefined) throw new Error(`dnsperf printed no ${what}: ${output}`);
    return Number(number);
  };
  const completed = find('answers without error', /Response codes:\s+NOERROR (\d+)/);
  return {
    queriesPerSecond: find('queries per second', /Queries per second:\s+([\d.]+)/),
    // The first is that of queries, the second that of making connections.
    averageMs: 1000 * find('average latency', /Average Latency \(s\):\s+([\d.]+)/),
    lost: find('queries lost', /Queries lost:\s+(\d+)/),
    completed,
    cpuUs: (1e6 * cpuSecondsIn(output)) / completed,
  };
}

/** The second line of `times`: the shell's children, user and system. */
function cpuSecondsIn(output: string): number {
  const [, userMinutes, user, systemMinutes, system] =
    /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(output) ?? [];
  if (system === undefined) throw new Error(`the shell did not say what dnsperf took: ${output}`);
  return 60 * (Number(userMinutes) + Number(systemMinutes)) + Number(user) + Number(system);
}
