/** The pages that this folder tests, and what they hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiled to build/test/docs/, three folders below the root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Block {
  language: string;
  /** Line of its fence, counted from 1. */
  line: number;
  lines: string[];
}

export interface Page {
  /** Relative to the root. */
  path: string;
  text: string;
  blocks: Block[];
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, blocks: blocksOf(text) };
}

export function allPages(): Page[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return ['README.md', 'clients/dns-pool/README.md', ...docs.sort()].map(readPage);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\S*)/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { language: fence[1] ?? '', line: index + 1, lines: [] };
  }
  if (open) throw new Error(`the code block of line ${open.line} is never closed`);
  return blocks;
}

export interface CodeFile {
  path: string;
  code: string;
}

/** Complete files: code blocks whose first line, or second one after a shebang, is a comment with a path. */
export function filesOf({ blocks }: Page): CodeFile[] {
  return blocks.flatMap(({ language, lines: [first = '', ...rest] }) => {
    if (first.startsWith('#!')) {
      const [, path = ''] = /^# (my-\S+)$/.exec(rest[0] ?? '') ?? [];
      return path === '' ? [] : [{ path, code: `${[first, ...rest.slice(1)].join('\n')}\n` }];
    }
    const named = /^\/\/ (\S+\.m?[jt]s)$/.exec(first);
    if (!named?.[1] || !['ts', 'js'].includes(language)) return [];
    return [{ path: named[1], code: `${rest.join('\n')}\n` }];
  });
}

export const isScenario = ({ path }: CodeFile) => path.startsWith('my-scenarios/');
/** In a folder of the reader's own, not in the checkout. */
export const isReaders = ({ path }: CodeFile) => path.startsWith('my-');

export interface Command {
  text: string;
  exitCode: number;
  /** `page:line` */
  where: string;
}

/** Every line of every `sh` block; `# exit n` at its end says that another code than 0 is meant. */
export function commandsOf({ path, blocks }: Page): Command[] {
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ line, lines }) =>
      lines.map((text, index) => {
        const [, command = text, code = '0'] = /^(.*?)\s+# exit (\d+)$/.exec(text) ?? [];
        return {
          text: command.trim(),
          exitCode: Number(code),
          where: `${path}:${line + index + 1}`,
        };
      }),
    )
    .filter(({ text }) => text !== '');
}
