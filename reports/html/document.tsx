/** The frame of a page: it loads nothing, and runs only the scripts of this folder. */
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type PageScript, scriptText } from './script/script.ts';
import { styleSheet } from './style/sheet.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Allows this style sheet and these scripts by their hashes, and nothing else that could be loaded or run. */
function contentSecurityPolicy(scripts: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(styleSheet)}`,
    ...(scripts.length === 0 ? [] : [`script-src ${scripts.map(hashOf).join(' ')}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** @param scripts What they add can be done without: a page says everything when they do not run. */
export function page(title: string, body: VNode, ...scripts: readonly PageScript[]): string {
  const texts = scripts.map(scriptText);
  const markup = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy(texts)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        {/* The style sheet and the scripts are not escaped: they are our own constants. */}
        <style dangerouslySetInnerHTML={{ __html: styleSheet }} />
      </head>
      <body>
        {body}
        {texts.map((text) => (
          <script type="module" dangerouslySetInnerHTML={{ __html: text }} />
        ))}
      </body>
    </html>,
  );
  return `<!doctype html>\n${markup}\n`;
}
