/** The exit codes that README.md promises, each brought about. */
import t from 'tap';
import { readersFolder, typeInShell, whyNoCapture } from './cli.ts';

const noCapture = await whyNoCapture();

t.test('a command ends with the code that README.md says', { skip: noCapture }, async (t) => {
  const folder = readersFolder(t, []);
  const codes: [number, string][] = [
    [0, 'npx pipewrench run sockets/half-close --out passed'],
    [1, 'npx pipewrench run pool/idle-close.ts --client naive-dns-pool --out failed'],
    [2, 'npx pipewrench run no-such-scenario-at-all'],
    [2, 'npx pipewrench run sockets/half-close --out passed'],
  ];
  for (const [code, text] of codes) {
    const ended = typeInShell(text, folder);
    t.equal(ended.exitCode, code, text, { output: ended.output });
  }
});
