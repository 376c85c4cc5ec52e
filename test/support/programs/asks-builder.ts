/** Starts itself again in a network namespace, and prints there what is built outside. */
import { answerBuilds, builder } from '../../../harness/programs/builder.ts';
import type { ClientProgram } from '../../../harness/programs/program.ts';
import { enterSandbox } from '../../../harness/sandbox.ts';

const programOf = (name: string, build: Partial<ClientProgram['build']>): ClientProgram => ({
  name,
  description: 'for this test',
  protocols: ['dns-tcp'],
  operations: ['query'],
  isPool: true,
  build: { sources: 'clients/there', toolchain: [], steps: [], command: [], ...build },
});

/** Its own: with the sources of the programs. */
const packageFolder = process.env.PACKAGE_FOLDER ?? '';

/** Who builds puts its process id into the command. */
const programs = [
  programOf('there', { command: ['{sources}/run', String(process.pid)] }),
  programOf('no-tools', { toolchain: ['sh', 'no-such-compiler', 'no-such-linker'] }),
];

const code = await enterSandbox(
  (why) => process.stderr.write(`${why}\n`),
  (inside) => answerBuilds(inside, programs, packageFolder),
);
if (code === undefined) {
  const build = builder(programs, packageFolder);
  const results = await Promise.all(['there', 'there', 'no-tools', 'unknown'].map(build));
  process.stdout.write(`${JSON.stringify({ pid: process.pid, results })}\n`);
} else {
  process.stdout.write(`${JSON.stringify({ outside: process.pid, code })}\n`);
}
