/**
 * The import rules, checked by `make check`. test/project/import-rules.test.ts shows for each of
 * them a file that breaks it and a file that keeps it.
 */

/** Files of the project: not Node's own modules, not packages. */
const local = ['local'];
const tests = '^(test|bench)/';

/** A folder that may import its own files and a few others, and nothing else of the project. */
function standsAlone(name, folder, alsoMayImport, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { dependencyTypes: local, pathNot: [`^${folder}/`, ...alsoMayImport] },
  };
}

/** An npm package that only some places may import. */
function packageBelongsTo(name, packageName, places, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { pathNot: places },
    to: { path: `(^|/)node_modules/(@types/)?${packageName}/` },
  };
}

export default {
  forbidden: [
    // The folders, from the leaf up.
    standsAlone(
      'kernel-is-a-leaf',
      'kernel',
      ['^harness/event\\.ts$'],
      'kernel/ holds the system calls. Everything may lean on it, so it leans on nothing of the project but the types of harness/event.ts.',
    ),
    {
      name: 'kernel-imports-event-types-only',
      comment:
        'kernel/ may name the types of harness/event.ts but not run its code: write `import type`.',
      severity: 'error',
      from: { path: '^kernel/' },
      to: { path: '^harness/event\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    standsAlone(
      'captures-are-a-leaf',
      'captures',
      [],
      'captures/ knows files, frames and headers: what a recorder writes and what anybody sends us is read by the same code.',
    ),
    standsAlone(
      'explain-reads-captures-only',
      'explain',
      ['^captures/'],
      'explain/ tells from packets alone what is the matter: it knows no run, no event and no report, so that it can be held against anything.',
    ),
    standsAlone(
      'fake-servers-stand-alone',
      'fake-servers',
      ['^harness/(event|keys)\\.ts$', '^kernel/'],
      'An upstream tells what it does in the events of harness/event.ts. If it knew the runner or a client, it could be made to fit them.',
    ),
    standsAlone(
      'clients-stand-alone',
      'clients',
      ['^harness/(event|keys)\\.ts$', '^kernel/'],
      'A client is what is tested: it may not know the harness or the upstream that tests it, only the events it publishes.',
    ),
    {
      name: 'clients-do-not-know-each-other',
      comment:
        'Each client must be usable, and broken, on its own. What two of them share goes to kernel/ or to a file directly in clients/.',
      severity: 'error',
      from: { path: '^clients/([^/]+)/' },
      to: {
        dependencyTypes: local,
        path: '^clients/([^/]+/|index\\.ts$)',
        pathNot: '^clients/$1/',
      },
    },
    standsAlone(
      'reports-read-results-only',
      'reports',
      [
        '^harness/(result|timeline|event|trace-result)\\.ts$',
        '^captures/',
        '^explain/(result|diagnosis|moment)\\.ts$',
      ],
      'A report is made from saved results, with no socket and no clock, so it may only know what results, events and capture files look like.',
    ),
    {
      name: 'harness-knows-no-parts',
      comment:
        'The harness is handed clients, upstreams, scenarios and reports; only the composition root, harness/cli.ts, knows which there are.',
      severity: 'error',
      from: { path: '^harness/', pathNot: '^harness/cli\\.ts$' },
      to: {
        dependencyTypes: local,
        path: ['^(fake-servers|clients|reports|scenarios)/', '^index\\.ts$'],
      },
    },
    {
      name: 'scenarios-import-only-pipewrench',
      comment:
        "A scenario is data in the words of the public entry: it imports 'pipewrench' and nothing else, so it can be copied into another repository as it is.",
      severity: 'error',
      from: { path: '^scenarios/' },
      to: { pathNot: '^index\\.ts$' },
    },
    {
      name: 'scenarios-import-by-package-name',
      comment: "Write `from 'pipewrench'`, not a path to index.ts, as users of the package must.",
      severity: 'error',
      from: { path: '^scenarios/' },
      to: { path: '^index\\.ts$', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'nothing-leans-on-tests',
      comment: 'test/ and bench/ are not part of what users install.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other, even for a type, are one file or hide a third one. Move what both need there.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },

    // Packages.
    {
      name: 'no-unresolvable-imports',
      comment: 'Nothing is found under this name: a typing error, or `npm ci` has not been run.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      comment:
        'The package is only there because another one brought it. Declare it in package.json or do without.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-packages-in-shipped-code',
      comment: 'Users do not get devDependencies: what is shipped may not import one.',
      severity: 'error',
      from: { pathNot: [tests, '^scripts/', '^[^/]+\\.mjs$'] },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)node_modules/@types/',
      },
    },
    packageBelongsTo(
      'koffi-only-in-kernel',
      'koffi',
      ['^kernel/'],
      'Calls into libc can corrupt the process. They are in one place, behind functions that check what they are given.',
    ),
    packageBelongsTo(
      'commander-only-in-cli',
      'commander',
      ['^harness/cli\\.ts$', '^harness/commands/'],
      'Everything but the command line can be used from a program, so it takes objects and not arguments.',
    ),
    packageBelongsTo(
      'dns-packet-only-where-dns-is-spoken',
      'dns-packet',
      ['^(harness|fake-servers|clients|explain)/', tests],
      'DNS messages are read and written where they cross a socket or a capture, and nowhere else.',
    ),
    packageBelongsTo(
      'pcap-parser-only-in-recorders',
      'pcap-parser',
      ['^harness/recorders/', tests],
      'Packets become events in harness/recorders/. Everything later works on events, so that another capture can take its place.',
    ),
  ],
  options: {
    // clients/node is a package of its own: its programs run beside ours and share nothing with it.
    exclude: { path: '^(\\.tap|\\.git|build|clients/node|coverage|docs|runs)(/|$)' },
    doNotFollow: { path: '(^|/)node_modules(/|$)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
