/**
 * Clients in other languages: programs that speak the line protocol of docs/client-protocol.md, and how
 * each is built. Their sources, with a lock file for each, are in `clients/go`, `clients/node`,
 * `clients/python` and `clients/java`.
 */

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

export const programs = [
  goMysql('1.3.0', 'mysql-1.3.0.mod'),
  goMysql('1.4.1', 'mysql-1.4.1.mod'),
  goMysql('877a977', 'mysql-877a977.mod'),
  goMysql('1.10.1', 'go.mod'),
] as const;
