/**
 * Clients in other languages: programs that speak the line protocol of docs/client-protocol.md, and how
 * each is built. Their sources, with a lock file for each, are in `clients/go`, `clients/node`,
 * `clients/python` and `clients/java`.
 */

const httpClient = { protocols: ['http'], operations: ['fetch'], isPool: true } as const;

const goProgram = (folder: string, flags: readonly string[] = []) => ({
  sources: 'clients/go',
  toolchain: ['go'],
  steps: [
    // Without the state of a repository, which may belong to somebody else, and without paths of ours.
    [
      ...['go', 'build', '-C', folder, '-buildvcs=false', '-trimpath', '-mod=readonly'],
      ...flags,
      ...['-o', '{out}/client', '.'],
    ],
  ],
  command: ['{out}/client'],
});

/** @param modFile That of this version; `go.mod` has the newest one. */
const goMysql = (version: string, modFile: string) =>
  ({
    name: `go-mysql-${version}`,
    description: `database/sql with go-sql-driver/mysql ${version}`,
    protocols: ['mysql'],
    operations: ['statement'],
    isPool: true,
    build: goProgram('database-sql', [
      `-modfile=${modFile}`,
      `-ldflags=-X main.version=${version}`,
    ]),
  }) as const;

const goPrograms = [
  goMysql('1.3.0', 'mysql-1.3.0.mod'),
  goMysql('1.4.1', 'mysql-1.4.1.mod'),
  goMysql('877a977', 'mysql-877a977.mod'),
  goMysql('1.10.1', 'go.mod'),
  {
    name: 'go-net-http',
    description: 'net/http of Go',
    ...httpClient,
    build: goProgram('net-http'),
  },
  {
    name: 'go-miekg-dns',
    description: 'connections of miekg/dns 1.1.73 kept in a list',
    protocols: ['dns-tcp'],
    operations: ['query', 'update'],
    isPool: true,
    build: goProgram('miekg-dns'),
  },
] as const;

const nodeWithPackages = (file: string) => ({
  sources: 'clients/node',
  toolchain: ['node', 'npm'],
  steps: [
    ['cp', '-R', '.', '{out}'],
    [
      ...['npm', 'ci', '--prefix', '{out}', '--ignore-scripts', '--prefer-offline'],
      // Where there is no network it is said at once.
      ...['--no-audit', '--no-fund', '--fetch-retries=0'],
    ],
  ],
  command: ['node', `{out}/${file}`],
});

const nodeAlone = (file: string) => ({
  sources: 'clients/node',
  toolchain: ['node'],
  steps: [],
  command: ['node', `{sources}/${file}`],
});

const nodePrograms = [
  {
    name: 'node-mysql2',
    description: 'the pool of mysql2 3.24.6',
    protocols: ['mysql'],
    operations: ['statement'],
    isPool: true,
    build: nodeWithPackages('mysql2.mjs'),
  },
  {
    name: 'node-pg',
    description: 'the pool of pg 8.23.1',
    protocols: ['postgres'],
    operations: ['statement'],
    isPool: true,
    build: nodeWithPackages('pg.mjs'),
  },
  {
    name: 'node-ioredis',
    description: 'ioredis 6.0.0',
    protocols: ['redis'],
    operations: ['command'],
    isPool: true,
    build: nodeWithPackages('ioredis.mjs'),
  },
  {
    name: 'node-undici',
    description: 'the agent of undici 7.30.2',
    ...httpClient,
    build: nodeWithPackages('undici.mjs'),
  },
  {
    name: 'node-fetch',
    description: 'fetch of Node',
    ...httpClient,
    build: nodeAlone('fetch.mjs'),
  },
  {
    name: 'node-http-agent',
    description: 'http.Agent of Node, set as the global agent',
    ...httpClient,
    build: nodeAlone('http-agent.mjs'),
  },
] as const;

const pythonProgram = (file: string, flags: readonly string[] = []) => ({
  sources: 'clients/python',
  toolchain: ['python3'],
  steps: [
    ['python3', '-m', 'venv', '{out}/venv'],
    [
      ...[
        '{out}/venv/bin/python',
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--quiet',
      ],
      // Compiled where it is built, it would carry the name of that folder; it is compiled when it is used.
      ...['--no-compile', '--retries=0', '--require-hashes', '-r', 'requirements.txt'],
    ],
    ['cp', '-R', '.', '{out}/programs'],
  ],
  command: ['{out}/venv/bin/python', `{out}/programs/${file}`, ...flags],
});

const sqlalchemy = {
  protocols: ['mysql'],
  operations: ['statement'],
  isPool: true,
} as const;

const pythonPrograms = [
  {
    name: 'python-urllib3',
    description: 'the pool manager of urllib3 2.8.0',
    ...httpClient,
    build: pythonProgram('urllib3_client.py'),
  },
  {
    name: 'python-sqlalchemy',
    description: 'the pool of SQLAlchemy 2.1.9 over PyMySQL',
    ...sqlalchemy,
    build: pythonProgram('sqlalchemy_client.py'),
  },
  {
    name: 'python-sqlalchemy-pre-ping',
    description: 'the pool of SQLAlchemy 2.1.9 over PyMySQL, with pre-ping',
    ...sqlalchemy,
    build: pythonProgram('sqlalchemy_client.py', ['--pre-ping']),
  },
  {
    name: 'python-redis',
    description: 'the pool of redis-py 8.1.0',
    protocols: ['redis'],
    operations: ['command'],
    isPool: true,
    build: pythonProgram('redis_client.py'),
  },
] as const;

const javaPrograms = [
  {
    name: 'java-hikaricp',
    description: 'the pool of HikariCP 7.1.0 over MySQL Connector/J 26.10.0',
    protocols: ['mysql'],
    operations: ['statement'],
    isPool: true,
    build: {
      sources: 'clients/java',
      toolchain: ['mvn', 'javac', 'java'],
      steps: [
        ['cp', '-R', '.', '{out}'],
        [
          ...['mvn', '--batch-mode', '--quiet', '--file', '{out}/pom.xml'],
          ...['compile', 'dependency:copy-dependencies', '-DincludeScope=runtime'],
        ],
      ],
      command: ['java', '-cp', '{out}/target/classes:{out}/target/dependency/*', 'HikariClient'],
    },
  },
] as const;

export const programs = [
  ...goPrograms,
  ...nodePrograms,
  ...pythonPrograms,
  ...javaPrograms,
] as const;

/** Servers that a scenario can put under test: they say where they listen, and what their writes returned. */
export const serverPrograms = [
  {
    name: 'go-gin-server',
    description: 'Gin 1.12.0 with its logger and its recovery',
    protocols: ['http'],
    build: goProgram('gin-server'),
  },
] as const;
