/** The programs that a build needs, and which versions of them are here. */
import { findProgram } from '../../kernel/programs.ts';
import { runToEnd } from './build-run.ts';

/** Debian's packages. */
const packages: Readonly<Record<string, string>> = {
  go: 'golang-go',
  node: 'nodejs',
  npm: 'npm',
  python3: 'python3-venv',
  mvn: 'maven',
  javac: 'default-jdk-headless',
  java: 'default-jre-headless',
};

const limitMs = 30_000;
const asked = new Map<string, Promise<string | { unavailable: string }>>();

/** Versions in the order of the names, or what is missing and how it is had. */
export async function toolchainVersions(
  names: readonly string[],
): Promise<readonly string[] | { unavailable: string }> {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length > 0) {
    const needed = missing.map((name) => packages[name]).filter((name) => name !== undefined);
    const debian = needed.length > 0 ? ` (Debian: ${needed.join(', ')})` : '';
    return { unavailable: `not on the PATH: ${missing.join(', ')}${debian}` };
  }
  const versions = await Promise.all(names.map(versionOf));
  const broken = versions.find((version) => typeof version !== 'string');
  return broken ?? versions.map(String);
}

/** Asked for once in the life of this process. */
function versionOf(name: string): Promise<string | { unavailable: string }> {
  const known = asked.get(name) ?? askVersion(name);
  asked.set(name, known);
  return known;
}

async function askVersion(name: string): Promise<string | { unavailable: string }> {
  const command = [name, name === 'go' ? 'version' : '--version'];
  const { failure, output } = await runToEnd(command, {
    cwd: '/',
    signal: AbortSignal.timeout(limitMs),
  });
  return failure === undefined
    ? output
    : { unavailable: `${command.join(' ')} ${failure}: ${output.trim().slice(-500)}` };
}
