import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { wantedReports, writeReports } from '../../../harness/commands/reports.ts';
import { UserError } from '../../../harness/errors.ts';
import { save } from '../../../harness/store.ts';
import { folder } from '../../support/folder.ts';

const echo = { extension: 'txt', render: (source: string) => source };

function find(name: string) {
  if (name !== 'echo') throw new UserError(`no ${name}`, { expected: 'echo', next: 'echo' });
  return echo;
}

t.test('a name prints, a name with a file writes', async (t) => {
  t.match(wantedReports(['echo', 'echo=a', 'echo=b=c'], find), [
    { name: 'echo', file: undefined },
    { name: 'echo', file: 'a' },
    { name: 'echo', file: 'b=c' },
  ]);
});

t.test('what cannot be written is refused before anything is run', async (t) => {
  t.throws(() => wantedReports(['echo='], find), { message: /names no file/ });
  t.throws(() => wantedReports(['ehco=a'], find), { message: /no ehco/ });
  t.throws(() => wantedReports(['echo=a', 'echo=b', 'echo=a'], find), {
    message: /two reports .* a$/,
  });
  t.throws(() => wantedReports(['echo=a', 'echo=./a'], find), { message: /two reports/ });
});

t.test('folders are made, and a file that is there is replaced', async (t) => {
  const file = join(folder(t), 'a/b/report.txt');
  for (const text of ['longer', 'short']) {
    writeReports(wantedReports([`echo=${file}`], find), text);
    t.equal(readFileSync(file, 'utf8'), text);
  }
});

t.test('a folder in the way is an error that names it', async (t) => {
  const file = join(folder(t), 'report.txt');
  mkdirSync(file);
  t.throws(() => writeReports(wantedReports([`echo=${file}`], find), 'x'), {
    name: 'UserError',
    message: /report\.txt cannot be written: EISDIR/,
  });
});

t.test('a device stays a device', async (t) => {
  const path = folder(t);
  symlinkSync('/dev/null', join(path, 'null'));
  save(path, 'null', 'x');
  t.ok(statSync(join(path, 'null')).isCharacterDevice());
});
