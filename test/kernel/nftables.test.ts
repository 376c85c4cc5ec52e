/** Rules need a network namespace of this file's own. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { heldResources } from '../../harness/recorders/sockets.ts';
import { changeRules, findNftables, NftablesError, openNftables } from '../../kernel/nftables.ts';
import { findProgram } from '../../kernel/programs.ts';
import { whyNoRules } from '../support/namespace.ts';

if (whyNoRules === undefined) defineTests();
else t.test('rules of a network', { skip: whyNoRules }, () => undefined);

/** As the program tells it, which asks the kernel for itself. */
function tables(): string[] {
  const { stdout } = spawnSync(findProgram('nft') ?? 'nft', ['list', 'tables'], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NftablesError) return error.message;
    throw error;
  }
  return 'not refused';
}

function defineTests(): void {
  const descriptors = () => heldResources().descriptors;

  t.test('it takes one descriptor, and no more with each change', async (t) => {
    const before = descriptors();
    openNftables();
    openNftables();
    t.equal(descriptors(), before + 1);
    changeRules('add table inet t', 'delete table inet t');
    t.equal(descriptors(), before + 1);
  });

  t.test('commands are in force when changeRules() returns', async (t) => {
    changeRules('add table inet one', 'add table inet two');
    t.strictSame(tables(), ['table inet one', 'table inet two']);
    changeRules('delete table inet one');
    t.strictSame(tables(), ['table inet two']);
    changeRules('delete table inet two');
    t.strictSame(tables(), []);
  });

  t.test('of commands that are refused, none is carried out', async (t) => {
    const create = 'add table inet here';
    t.match(
      refusal(() => changeRules(create, 'delete table inet absent')),
      /^nftables refused: .*No such file or directory/,
    );
    t.match(
      refusal(() => changeRules(create, 'add nonsense')),
      /^nftables refused: .*syntax error/,
    );
    t.strictSame(tables(), []);
  });

  t.test('whatever was refused before, the next commands are carried out', async () => {
    const words = fc.stringMatching(/^[a-z {};]{1,20}$/).filter((text) => /[a-z]/.test(text));
    fc.assert(
      fc.property(words, (text) => {
        const said = refusal(() => changeRules(`add ${text}`));
        changeRules('add table inet t', 'delete table inet t');
        return said.startsWith('nftables refused: ') && said.length > 'nftables refused: '.length;
      }),
      { numRuns: 20 },
    );
  });

  t.test('where the library is not installed, it says which package brings it', async (t) => {
    t.equal(findNftables(), 'libnftables.so.1');
    const file = /\/\S*libnftables\.so\S*/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0];
    if (file === undefined) throw new Error('the library is loaded from no file');
    const program = `
      const { findNftables, openNftables } = await import(${JSON.stringify(new URL('../../kernel/nftables.js', import.meta.url))});
      console.log(findNftables());
      try { openNftables() } catch (error) { console.log(String(error)) }`;
    const hide = `mount --bind /dev/null "${file}" && exec "$0" --input-type=module --eval "$1"`;
    const { stdout, stderr } = spawnSync(
      findProgram('unshare') ?? 'unshare',
      ['--user', '--map-root-user', '--mount', 'sh', '-c', hide, process.execPath, program],
      { encoding: 'utf8' },
    );
    t.equal(
      stdout,
      'undefined\nNftablesError: libnftables.so.1 is not installed (package nftables)\n',
      stderr,
    );
  });
}
