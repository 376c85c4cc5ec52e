/** Every relative link and anchor of the pages leads somewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { allPages, root } from './pages.ts';

/** Without code: brackets in it are no links. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

let relativeLinks = 0;
for (const { path, text } of allPages()) {
  t.test(path, async (t) => {
    t.match(text, /^# \S/, 'it begins with its title');
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      relativeLinks += 1;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : normalize(join(dirname(path), file));
      t.ok(existsSync(join(root, linked)), `${target}: there is ${linked}`);
      if (anchor === undefined) continue;
      const anchors = anchorsOf(readFileSync(join(root, linked), 'utf8'));
      t.ok(anchors.includes(anchor), `${target}: ${linked} has that heading`);
    }
  });
}

t.test('links were found', async (t) => {
  t.ok(relativeLinks > 10, `${relativeLinks}`);
});
