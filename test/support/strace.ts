/** Lines as strace(1) prints them with `-f -yy -ttt -T`, made by hand. */
import type { Address } from '../../kernel/address.ts';

export const startUs = 1_795_281_459_000_000;

const time = (us: number) =>
  `${Math.floor(us / 1_000_000)}.${String(us % 1_000_000).padStart(6, '0')}`;

/** In the shortest form, as strace does: an octal code has three digits where another digit follows. */
export function quoted(bytes: string, shownMax = 256): string {
  const names: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\v': '\\v',
    '\f': '\\f',
    '"': '\\"',
    '\\': '\\\\',
  };
  const shown = bytes.slice(0, shownMax);
  const escaped = [...shown].map((character, index) => {
    const name = names[character];
    if (name !== undefined) return name;
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return character;
    const octal = code.toString(8);
    return `\\${/[0-7]/.test(shown[index + 1] ?? '') ? octal.padStart(3, '0') : octal}`;
  });
  return `"${escaped.join('')}"${bytes.length > shownMax ? '...' : ''}`;
}

const hostText = (host: string) => (host.includes(':') ? `[${host}]` : host);
export const endText = ({ host, port }: Address) => `${hostText(host)}:${port}`;

/** `3<TCP:[127.0.0.1:40001->127.0.0.1:5300]>`, or with its inode alone. */
export function descriptor(
  fd: number,
  shown: string | { local: Address; remote?: Address },
  transport: 'TCP' | 'UDP' = 'TCP',
): string {
  if (typeof shown === 'string') return `${fd}<${transport}:[${shown}]>`;
  const { local, remote } = shown;
  const version = local.host.includes(':') ? 'v6' : '';
  const ends = remote ? `${endText(local)}->${endText(remote)}` : endText(local);
  return `${fd}<${transport}${version}:[${ends}]>`;
}

export function sockaddr({ host, port }: Address): string {
  return host.includes(':')
    ? `{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${host}", &sin6_addr), sin6_scope_id=0}`
    : `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}`;
}

export interface Called {
  /** Undefined: strace names no thread, because it sees only one. */
  pid?: number;
  /** Microseconds after the start. */
  at: number;
  call: string;
  args: readonly string[];
  result: string;
  tookUs?: number;
}

const whose = (pid: number | undefined) => (pid === undefined ? '' : `[pid ${pid}] `);

export function callLine({ pid, at, call, args, result, tookUs = 10 }: Called): string {
  // The result stands in a column of its own where there is room.
  const begin = `${call}(${args.join(', ')})`.padEnd(39);
  return `${whose(pid)}${time(startUs + at)} ${begin} = ${result} <${time(tookUs)}>`;
}

/** The same in two pieces, for another thread to come in between. `shown` arguments are in the first. */
export function callInTwo(called: Called, shown: number): [string, string] {
  const { pid, at, call, args, result, tookUs = 10 } = called;
  const before = args.slice(0, shown).map((arg) => `${arg}, `);
  const isWhole = shown >= args.length;
  const first = isWhole ? args.join(', ') : before.join('');
  const rest = isWhole ? '' : args.slice(shown).join(', ');
  return [
    `${whose(pid)}${time(startUs + at)} ${call}(${first} <unfinished ...>`,
    `${whose(pid)}${time(startUs + at + tookUs)} <... ${call} resumed>${rest}) = ${result} <${time(tookUs)}>`,
  ];
}

export const exitLine = (pid: number | undefined, at: number, how = 'exited with 0') =>
  `${whose(pid)}${time(startUs + at)} +++ ${how} +++`;

export const threadFlags = 'flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';
export const forkFlags = 'flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD';
