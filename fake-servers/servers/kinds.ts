/** Real servers with an idle limit of a second, and how each is started on loopback, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../kernel/programs.ts';

export interface ServerKind {
  /** As its makers write it. */
  name: string;
  /** Package of Debian that holds it. */
  debianPackage: string;
  /** Undefined when it is not installed. */
  program(): string | undefined;
  /** Writes what it needs into the folder, and tells how it is started. */
  prepare(folder: string, port: number, program: string): { args: string[]; command?: string };
  versionArgs: string[];
  /** What it says when it serves, where it accepts connections earlier and refuses their sessions. */
  readyText?: string;
}

/** Some servers refuse to be root: then they are nobody. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

const asNobody = (command: string, args: string[]) => {
  const setpriv = findProgram('setpriv');
  if (!isRoot || !setpriv) return { command, args };
  const who = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
  // Changing the user would take back what is to happen when the parent ends.
  who.push('--pdeathsig', 'KILL');
  return { command: setpriv, args: [...who, command, ...args] };
};

/** Of memory: several servers may run at once. */
const sparing = ['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M'];

const mariadb: ServerKind = {
  name: 'MariaDB',
  debianPackage: 'mariadb-server',
  program: () => findProgram('mariadbd'),
  versionArgs: ['--version'],
  prepare(folder, port, program) {
    const data = join(folder, 'data');
    mkdirSync(data);
    // Two servers that start together give their temporary tables the same names.
    const own = [`--datadir=${data}`, `--tmpdir=${folder}`, ...(isRoot ? ['--user=root'] : [])];
    const install = findProgram('mariadb-install-db') ?? 'mariadb-install-db';
    runToEnd(install, [
      '--no-defaults',
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...sparing,
      ...own,
    ]);
    return {
      command: program,
      args: [
        '--no-defaults',
        ...own,
        `--socket=${join(folder, 's')}`,
        `--pid-file=${join(folder, 'pid')}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        '--skip-grant-tables',
        '--skip-name-resolve',
        '--wait-timeout=1',
        ...sparing,
      ],
    };
  },
};

const redisServer: ServerKind = {
  name: 'Redis',
  debianPackage: 'redis-server',
  program: () => findProgram('redis-server'),
  versionArgs: ['--version'],
  prepare: (folder, port) => ({
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--timeout',
      '1',
      '--dir',
      folder,
      '--save',
      '',
    ],
  }),
};

const nginx: ServerKind = {
  name: 'nginx',
  debianPackage: 'nginx',
  program: () => findProgram('nginx'),
  versionArgs: ['-v'],
  prepare(folder, port) {
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr; worker_processes 1;
events { worker_connections 64; }
http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
keepalive_timeout 1s;
server { listen 127.0.0.1:${port}; location / { return 200 "answer\\n"; } } }
`,
    );
    return { args: ['-c', file, '-p', folder] };
  },
};

const unbound: ServerKind = {
  name: 'unbound',
  debianPackage: 'unbound',
  program: () => findProgram('unbound'),
  versionArgs: ['-V'],
  prepare(folder, port) {
    const file = join(folder, 'unbound.conf');
    writeFileSync(
      file,
      `server:
  interface: 127.0.0.1
  port: ${port}
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${folder}/pid"
  tcp-idle-timeout: 1000
  edns-tcp-keepalive: no
  module-config: "iterator"
  local-zone: "a." static
  local-data: "a. A 192.0.2.1"
remote-control:
  control-enable: no
`,
    );
    return { args: ['-d', '-c', file] };
  },
};

const postgresServer: ServerKind = {
  name: 'PostgreSQL',
  debianPackage: 'postgresql',
  program: () => postgresProgram('postgres'),
  versionArgs: ['--version'],
  readyText: 'database system is ready to accept connections',
  prepare(folder, port, program) {
    const data = join(folder, 'data');
    if (isRoot) chownSync(folder, nobody, nobody);
    const initdb = asNobody(postgresProgram('initdb') ?? 'initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '--no-sync',
    ]);
    runToEnd(initdb.command, initdb.args);
    return asNobody(program, [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'lc_messages=C',
      '-c',
      `unix_socket_directories=${folder}`,
    ]);
  },
};

/** Debian keeps them outside of every PATH, by version. */
function postgresProgram(name: string): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((v) => join(root, v, 'bin', name)).find((path) => existsSync(path));
  return found ?? findProgram(name);
}

function runToEnd(command: string, args: string[]): void {
  const { status, stderr, stdout, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}

/** All of them, by the name that scripts use. */
export const serverKinds = {
  mariadb,
  postgresql: postgresServer,
  redis: redisServer,
  nginx,
  unbound,
} as const;
export type ServerName = keyof typeof serverKinds;
