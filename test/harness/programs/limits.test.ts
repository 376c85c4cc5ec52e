import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { limitDescriptors, limitFor } from '../../../harness/programs/limits.ts';
import { findProgram } from '../../../kernel/programs.ts';

t.test('below the limit just so many descriptors are free', async () => {
  const anyOpen = fc.uniqueArray(fc.nat(50)).map((numbers) => new Set(numbers));
  fc.assert(
    fc.property(anyOpen, fc.nat(20), (open, spare) => {
      const limit = limitFor(open, spare);
      const free = Array.from({ length: limit }, (_, fd) => fd).filter((fd) => !open.has(fd));
      return free.length === spare && (spare === 0 || !open.has(limit - 1));
    }),
  );
});

const skip = findProgram('prlimit') ? false : 'prlimit is not installed';

t.test(
  'a process opens what is spare, then it is EMFILE, until the limit is put back',
  { skip },
  async (t) => {
    const program = `const { openSync } = require('node:fs'); process.stdout.write('ready');
    process.stdin.on('data', () => { let n = 0; try { for (; n < 50; n++) openSync('/dev/null'); }
      catch (e) { process.stdout.write(e.code + ' ' + n); return } process.stdout.write('none ' + n) });`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.teardown(() => child.kill('SIGKILL'));
    const heard = async () => String((await once(child.stdout, 'data'))[0]);
    t.equal(await heard(), 'ready');
    const pid = child.pid ?? 0;
    const limits = () =>
      /^Max open files +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))?.[1];
    const before = limits();
    const putBack = limitDescriptors([pid], 3);
    child.stdin.write('open');
    t.equal(await heard(), 'EMFILE 3');
    putBack();
    t.equal(limits(), before);
    child.stdin.write('open');
    t.equal(await heard(), 'none 50');
  },
);

t.test('a process that is gone cannot be limited', { skip }, async (t) => {
  const child = spawn('true');
  await once(child, 'exit');
  t.throws(() => limitDescriptors([child.pid ?? 0], 1), /ENOENT/);
});
