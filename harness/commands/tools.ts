/** What the commands are given by the composition root. */
import type { ClientDriver } from '../client.ts';
import { unknownName } from '../errors.ts';
import type { Library } from '../load.ts';
import type { Builder } from '../programs/builder.ts';
import { programDriver } from '../programs/host.ts';
import type { ClientProgram } from '../programs/program.ts';
import type { TapOrWhyNot } from '../recorders/syscalls-tap.ts';
import type { Narrator, Reporter, TraceReporter } from '../reporter.ts';
import type { UpstreamDriver } from '../upstream.ts';

export interface Tools {
  version: string;
  clients: readonly ClientDriver[];
  upstream: UpstreamDriver;
  reporters: Readonly<Record<string, Reporter>>;
  /** Of what `trace` has seen. */
  traceReporters: Readonly<Record<string, TraceReporter>>;
  narrator: Narrator;
  library: Library;
  /** Clients in other languages. */
  programs: readonly ClientProgram[];
  /** That of pipewrench, which their sources are relative to. */
  packageFolder: string;
  /** What records the system calls of a client in another process. */
  tapSyscalls: () => TapOrWhyNot;
}

/** All clients that can be named: those of this process, and those that are programs. */
export function clientsOf(tools: Tools, build: Builder, tap: TapOrWhyNot): ClientDriver[] {
  const drivers = tools.programs.map((program) =>
    programDriver(
      program,
      async () => {
        const built = await build(program.name);
        if ('unavailable' in built) throw new Error(built.unavailable);
        return built.command;
      },
      tap,
    ),
  );
  return [...tools.clients, ...drivers];
}

/** Throws a UserError with the nearest name. */
export function findReporter(name: string, { reporters }: Pick<Tools, 'reporters'>): Reporter {
  return find(name, reporters);
}

/** Throws a UserError with the nearest name. */
export function findTraceReporter(
  name: string,
  { traceReporters }: Pick<Tools, 'traceReporters'>,
): TraceReporter {
  return find(name, traceReporters);
}

function find<R>(name: string, reporters: Readonly<Record<string, R>>): R {
  const found = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (found) return found;
  throw unknownName('reporter', name, Object.keys(reporters), 'pick one with --reporter');
}
