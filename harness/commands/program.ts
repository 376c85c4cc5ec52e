/** The command line: what can be typed, and how it ends. */
import { Command, CommanderError, Option } from 'commander';
import { messageOf, UserError } from '../errors.ts';
import type { Buildable } from '../programs/program.ts';
import { captureNames } from '../recorders/capture.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExplainReporters } from './explain/reporter.ts';
import type { ExplainCommand } from './explain.ts';
import { latestRun } from './latest-run.ts';
import type { ListCommand } from './list.ts';
import type { MergeCommand } from './merge.ts';
import type { ReportCommand } from './report.ts';
import type { RunCommand } from './run.ts';
import type { ProxyCommand, ServeCommand } from './serve.ts';
import type { Tools } from './tools.ts';
import type { TraceCommand } from './trace.ts';

/** What the command line must know before it knows what is asked of it. */
export interface CommandLine {
  version: string;
  reporterNames: readonly string[];
  /** Clients in other languages, and the folder that their sources are relative to. */
  programs: readonly Buildable[];
  packageFolder: string;
  /** The rest, when a command needs it. */
  load: () => Promise<Tools>;
  /** Apart from the rest: who explains a capture waits for nothing else. */
  explainReporters: ExplainReporters;
}

/** Of `run` and `trace`. */
const captureOption = () =>
  new Option('--capture <recorder>', 'what records the packets; left out: tcpdump if installed')
    .choices(captureNames)
    .env('PIPEWRENCH_CAPTURE');

const collectWords = (word: string, before: string[] = []) => [...before, word];

function program({
  version,
  reporterNames: names,
  programs,
  packageFolder,
  load,
  explainReporters,
}: CommandLine): Command {
  const reporters = (usual: string) =>
    [
      '--reporter <name[=file]>',
      `what to print, or to write to a file; may be repeated: ${names.join(', ')} (default: ${usual})`,
      collectWords,
    ] as const;
  const cli = new Command('pipewrench')
    .description(
      'Breaks connections on purpose, and shows from the packets what your client did about it.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');

  cli
    .command('run')
    .summary('run scenarios')
    .description('Runs scenarios against a client and stores what happened in runs/<time>/.')
    .argument('[what...]', 'scenario files, folders, or parts of titles; all when left out')
    .option(
      '--claim <id>',
      'only scenarios of this clause: 003, 003.1, F1; may be repeated',
      collectWords,
    )
    .option(
      '--client <name>',
      'run this client (a name, or a file of your own) instead of the one a scenario is written for',
    )
    .option('--shard <i/n>', 'only this part of them: 2/4 is the second of four')
    .option(...reporters('terminal'))
    .option('--out <folder>', 'store the run in this new folder instead of runs/<time>/')
    .addOption(captureOption())
    .option('--no-sandbox', 'stay in the network namespace of the machine')
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench run\n  pipewrench run --claim 003\n  pipewrench run pool/ --client naive-dns-pool\n  pipewrench run "half-close" --reporter tap\n  pipewrench run pool/ --shard 2/4 --out shard-2',
    )
    .action(async (what: string[], options: RunCommand & { sandbox: boolean }) => {
      if (options.sandbox) {
        const { enterSandbox } = await import('../sandbox.ts');
        const { answerBuilds } = await import('../programs/builder.ts');
        const code = await enterSandbox(
          (why) =>
            process.stderr.write(
              `no network namespace of its own (${why}); running on the machine itself\n`,
            ),
          (inside) => answerBuilds(inside, programs, packageFolder),
        );
        if (code !== undefined) return exitWith(code);
      }
      const signal = interruptSignal();
      const { runCommand } = await import('./run.ts');
      const run = await runCommand(what, options, await load(), signal);
      exitWith(exitCodeOf(run));
    });

  const playing = (command: Command) =>
    command
      .option('--listen <address>', 'where clients connect; port 0 is any free port', '127.0.0.1:0')
      .option('--control <address>', 'where gates are opened over HTTP', '127.0.0.1:0')
      .option('--no-control', 'no control port')
      .addOption(
        new Option(
          '--control-token <token>',
          'who opens a gate over HTTP must know it; needed where others can reach the control port',
        ).env('PIPEWRENCH_CONTROL_TOKEN'),
      )
      .option('--json', 'one JSON object on each line')
      .option('--explain', 'print what the script says, and stop');

  playing(
    cli
      .command('serve')
      .summary('start a scripted upstream alone, for a client of yours')
      .description(
        'Starts a scripted upstream and tells what happens on it until Ctrl-C. A client of yours connects to the address that it prints.',
      )
      .requiredOption('--protocol <name>', 'what the upstream speaks: raw, dns-tcp, ...')
      .requiredOption('--script <text|file>', 'the script in words, or a .yaml or .json file'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench serve --protocol dns-tcp --script "answer 1 request, then close; answer every request"\n  pipewrench serve --protocol raw --script my.yaml --listen 127.0.0.1:5300\n  pipewrench serve --protocol raw --script my.yaml --explain',
    )
    .action(async (options: ServeCommand) => {
      const signal = interruptSignal();
      const { serveCommand } = await import('./serve.ts');
      exitWith(await serveCommand(options, await load(), signal));
    });

  playing(
    cli
      .command('proxy')
      .summary('play a script between a client of yours and a real server')
      .description(
        'Forwards connections to a real server, breaks them as the script says, and tells what happens until Ctrl-C.',
      )
      .requiredOption('--to <address>', 'the real server: 127.0.0.1:3306')
      .option(
        '--script <text|file>',
        'the script in words, or a .yaml or .json file; without one, everything is forwarded',
        'answer every request',
      ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench proxy --to 127.0.0.1:5432\n  pipewrench proxy --to 127.0.0.1:3306 --script "serve until idle for 1000 ms, then close"',
    )
    .action(async (options: ProxyCommand) => {
      const signal = interruptSignal();
      const { proxyCommand } = await import('./serve.ts');
      exitWith(await proxyCommand(options, await load(), signal));
    });

  cli
    .command('client')
    .summary('check a client of yours that is a program')
    .command('check')
    .summary('hold a program against docs/client-protocol.md')
    .description(
      'Starts a program and holds it against docs/client-protocol.md, with upstreams of a protocol that it speaks.',
    )
    .argument('<command...>', 'the command that starts it, after --')
    .addHelpText('after', '\nExample:\n  pipewrench client check -- python3 my-client.py')
    .action(async (command: string[]) => {
      const { clientCheckCommand } = await import('./client.ts');
      exitWith(await clientCheckCommand(command, await load()));
    });

  cli
    .command('trace')
    .summary('run a program of yours, and show what happened on its connections')
    .description(
      'Runs any command on the network of the machine, and shows the packets and the system calls of its connections on one clock. It ends as the command ends.',
    )
    .argument('<command...>', 'the command and its arguments, after --')
    .option(
      '--port <number>',
      'only connections to this port of an upstream; may be repeated. Left out: all that the command makes or accepts',
      collectWords,
    )
    .option('--reporter <name>', 'what to print at the end: terminal, json, html', 'terminal')
    .option('--out <folder>', 'store the trace in this new folder instead of runs/<time>/')
    .addOption(captureOption())
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench trace -- node client.mjs\n  pipewrench trace --port 5432 -- psql -h 127.0.0.1 -c "SELECT 1"',
    )
    .action(async (command: string[], options: TraceCommand) => {
      const { traceCommand } = await import('./trace.ts');
      exitWith(await traceCommand(command, options, await load()));
    });

  cli
    .command('explain')
    .summary('say what is the matter with the connections of a capture')
    .description(
      'Reads a pcap or pcapng file from anywhere, and names what is the matter with its connections, with the packets that show it and what to change.',
    )
    .argument('<file>', 'the capture, plain or compressed with gzip; - is standard input')
    .option(
      '--format <name>',
      `what to print: ${Object.keys(explainReporters).join(', ')}, tcpdump`,
      'text',
    )
    .option(
      '--connection <number>',
      'only this connection, by the number in the report: 3, udp:3; may be repeated',
      collectWords,
    )
    .option('--port <number>', 'only connections of this port; may be repeated', collectWords)
    .option('--out <file>', 'write it to this file')
    .option(
      '--to-scenario <file>',
      'write a scenario that does it again: what was found first, or the --connection',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench explain capture.pcap\n  ssh host sudo tcpdump -w - port 53 | pipewrench explain -\n  pipewrench explain capture.pcapng --format ladder --connection 3\n  pipewrench explain capture.pcap --to-scenario again.ts',
    )
    .action(async (file: string, options: ExplainCommand) => {
      const { explainCommand } = await import('./explain.ts');
      exitWith(await explainCommand(file, options, explainReporters));
    });

  cli
    .command('list')
    .summary('show the scenarios and the clauses they test')
    .argument('[what...]', 'scenario files, folders, or parts of titles; all when left out')
    .option('--claim <id>', 'only scenarios of this clause; may be repeated', collectWords)
    .option('--client <name>', 'only scenarios that this client can run')
    .option('--shard <i/n>', 'only those of this part: 2/4 is the second of four')
    .option('--claims', 'show the clauses instead: what tests them, and how that ended last')
    .option('--clients', 'show the clients instead')
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench list --claim 000\n  pipewrench list --claims --claim 001.3 --claim F1',
    )
    .action(async (what: string[], options: ListCommand) => {
      const { listCommand } = await import('./list.ts');
      exitWith(await listCommand(what, options, await load()));
    });

  cli
    .command('check')
    .summary('judge a stored run again')
    .description('Judges the stored evidence of a run again, without opening a socket.')
    .argument('[run]', 'folder of the run', latestRun)
    .option(...reporters('terminal'))
    .addHelpText('after', '\nExample:\n  pipewrench check runs/latest')
    .action(async (folder: string, options: { reporter?: string[] }) => {
      const { checkCommand } = await import('./check.ts');
      exitWith(exitCodeOf(await checkCommand(folder, options, await load())));
    });

  cli
    .command('report')
    .summary('print a stored run in another form')
    .argument('[run]', 'folder of the run', latestRun)
    .argument('[what...]', 'parts of titles or paths of its scenarios; all when left out')
    .option('--claim <id>', 'only scenarios of this clause; may be repeated', collectWords)
    .option(...reporters('html'))
    .option('--out <file>', 'write the only one to this file')
    .addHelpText(
      'after',
      '\nExamples:\n  pipewrench report runs/latest --reporter html --out report.html\n  pipewrench report runs/latest --reporter junit=junit.xml --reporter markdown=summary.md\n  pipewrench report runs/latest pool/idle-close --reporter pcapng --out idle-close.pcapng',
    )
    .action(async (folder: string, what: string[], options: ReportCommand) => {
      const { reportCommand } = await import('./report.ts');
      reportCommand(folder, what, options, await load());
    });

  cli
    .command('merge')
    .summary('make one run of the shards of a run')
    .description(
      'Makes of the runs of all shards the run that there would be without them, and refuses what is missing, damaged or of another selection.',
    )
    .argument('<folder...>', 'the folders that `run --shard` has written')
    .option(...reporters('terminal'))
    .option('--out <folder>', 'store the run in this new folder instead of runs/<time>/')
    .addHelpText(
      'after',
      '\nExample:\n  pipewrench merge shard-1 shard-2 --reporter terminal --reporter junit=junit.xml',
    )
    .action(async (folders: string[], options: MergeCommand) => {
      const { mergeCommand } = await import('./merge.ts');
      exitWith(exitCodeOf(mergeCommand(folders, options, await load())));
    });

  cli
    .command('doctor')
    .summary('show what this machine can do, and what to install for the rest')
    .addHelpText('after', '\nExample:\n  pipewrench doctor')
    .action(async () => {
      let unavailable: string | undefined;
      const { enterSandbox } = await import('../sandbox.ts');
      const code = await enterSandbox((why) => {
        unavailable = why;
      });
      if (code !== undefined) return exitWith(code);
      const { doctorCommand } = await import('./doctor.ts');
      exitWith(await doctorCommand(unavailable));
    });

  return cli;
}

/** The first Ctrl-C unwinds the run; the second one ends it as it is. */
function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) process.kill(process.pid, 'SIGKILL');
    interrupt.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return interrupt.signal;
}

/** More than enough for what is being closed. Milliseconds. */
const lingerMs = 2000;

/**
 * Ends when the output is written and nothing is left to do. What a client under test has left behind, which
 * its verdict tells, is not waited for: it could keep the process for ever.
 */
function exitWith(code: number): void {
  process.exitCode = code;
  // It fires only where something else keeps the process alive.
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Bad input is explained; a stack trace is printed only when it is asked for. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.wrongCommand;
  if (process.env.PIPEWRENCH_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  const wrong = userErrors(error);
  if (wrong.length > 0) {
    for (const { message, expected, next } of wrong) {
      process.stderr.write(`error: ${message}\n  expected: ${expected}\n  next: ${next}\n`);
    }
    return exitCodes.wrongCommand;
  }
  process.stderr.write(
    `error: pipewrench itself failed: ${messageOf(error)}\n` +
      '  next: run it again with PIPEWRENCH_DEBUG=1 and report what it prints\n',
  );
  return exitCodes.unknown;
}

/** Several, where all that is wrong is told at once. None when something else is wrong too. */
function userErrors(error: unknown): UserError[] {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const wrong = errors.filter((one) => one instanceof UserError);
  return wrong.length === errors.length ? wrong : [];
}

/** Runs the command of this process and sets its exit code. Never throws for what a user typed. */
export async function main(commandLine: CommandLine): Promise<void> {
  // Whoever reads our output may stop early, `pipewrench run | head`: that changes neither what is
  // run and stored nor how it ends.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await program(commandLine).parseAsync();
  } catch (error) {
    process.exitCode = explain(error);
  }
}
