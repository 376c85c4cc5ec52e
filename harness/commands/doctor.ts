/** `pipewrench doctor`: what this machine can do, and what to install for the rest. */
import { release } from 'node:os';
import { styleText } from 'node:util';
import { SocketStates } from '../../kernel/inet-diag.ts';
import { findNftables } from '../../kernel/nftables.ts';
import { findProgram } from '../../kernel/programs.ts';
import { type CaptureName, CaptureUnavailable } from '../recorders/capture.ts';
import { defaultCapture, describeCapture, startCapture } from '../recorders/start-capture.ts';
import { tcpdumpVersion } from '../recorders/tcpdump.ts';
import { sandboxState } from '../sandbox.ts';
import { exitCodes } from './exit-codes.ts';
import { renderOptions } from './render-options.ts';

interface Finding {
  what: string;
  /** Without it a run cannot prove anything. */
  isNeeded: boolean;
  /** What was found, or undefined when it is missing. */
  found: string | undefined;
  /** What it is for, and what is to be done when it is missing. */
  purpose: string;
  remedy: string;
}

/** @param sandboxUnavailable Why there is no namespace, when there is none. Returns the exit code. */
export async function doctorCommand(sandboxUnavailable: string | undefined): Promise<number> {
  const findings = [
    { what: 'Node', isNeeded: true, found: process.version, purpose: '', remedy: '' },
    { what: 'kernel', isNeeded: true, found: release(), purpose: '', remedy: '' },
    sandbox(sandboxUnavailable),
    ...(await captures()),
    socketStates(),
    {
      what: 'libnftables',
      isNeeded: false,
      found: findNftables(),
      purpose: 'no packets can be lost on purpose: scenarios with `vanish` are unknown',
      remedy: installHint('nftables'),
    },
    program('strace', 'records the system calls of clients in other processes'),
    program('tshark', 'reads the captures independently in the tests'),
  ];
  const { colour } = renderOptions(process.stdout);
  const paint = (style: 'green' | 'red' | 'yellow', text: string) =>
    colour ? styleText(style, text) : text;
  for (const { what, isNeeded, found, purpose, remedy } of findings) {
    if (found !== undefined) {
      process.stdout.write(`${paint('green', 'ok     ')} ${what}: ${found}\n`);
      continue;
    }
    const mark = isNeeded ? paint('red', 'missing') : paint('yellow', 'without');
    process.stdout.write(`${mark} ${what}: ${purpose}\n        ${remedy}\n`);
  }
  const isWhole = findings.every(({ isNeeded, found }) => !isNeeded || found !== undefined);
  process.stdout.write(
    isWhole
      ? 'Everything a run needs is here.\n'
      : 'Without what is missing, verdicts are `unknown` and a run exits with 3.\n',
  );
  return isWhole ? exitCodes.passed : exitCodes.unknown;
}

function sandbox(unavailable: string | undefined): Finding {
  return {
    what: 'sandbox',
    isNeeded: false,
    found: unavailable === undefined ? sandboxState().text : undefined,
    purpose: `no network namespace (${unavailable}); runs share the machine's ports and captures need root`,
    remedy:
      'allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04), or run as root',
  };
}

async function captures(): Promise<Finding[]> {
  const name = defaultCapture();
  const used: Finding = {
    what: 'capture on lo',
    isNeeded: true,
    ...(await tried(name)),
    remedy: 'run as root, or allow user namespaces so that runs have a network of their own',
  };
  if (name === 'embedded') return [withoutTcpdump(), used];
  const other: Finding = {
    what: 'capture without tcpdump',
    isNeeded: false,
    ...(await tried('embedded')),
    remedy: used.remedy,
  };
  return [{ ...withoutTcpdump(), found: tcpdumpVersion() }, used, other];
}

function withoutTcpdump(): Finding {
  return program('tcpdump', 'packets are recorded by a packet socket of the run itself');
}

/** What a capture that is started says of itself, or why it cannot be. */
async function tried(name: CaptureName): Promise<{ found: string | undefined; purpose: string }> {
  try {
    const running = await startCapture({ onPacket() {}, onEnd() {} }, { capture: name });
    await running.stop();
    return { found: `works, ${describeCapture(name)}`, purpose: '' };
  } catch (error) {
    if (!(error instanceof CaptureUnavailable)) throw error;
    return { found: undefined, purpose: error.message };
  }
}

function socketStates(): Finding {
  const finding = {
    what: 'sock_diag',
    isNeeded: true,
    purpose: 'kernel states cannot be asked for',
    remedy: 'load the kernel modules: modprobe tcp_diag inet_diag',
  };
  try {
    new SocketStates().close();
    return { ...finding, found: 'works' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...finding, found: undefined, purpose: `${finding.purpose}: ${error.message}` };
  }
}

function program(name: string, purpose: string): Finding {
  return {
    what: name,
    isNeeded: false,
    found: findProgram(name),
    purpose,
    remedy: installHint(name),
  };
}

const installers = [
  ['apt-get', 'apt-get install -y'],
  ['dnf', 'dnf install -y'],
  ['apk', 'apk add'],
  ['pacman', 'pacman -S'],
  ['zypper', 'zypper install'],
] as const;

/** @param name Of the package, whatever package manager there is. */
function installHint(name: string): string {
  const installer = installers.find(([command]) => findProgram(command));
  return installer ? `install it: ${installer[1]} ${name}` : `install ${name}`;
}
