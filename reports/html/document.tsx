/** The frame of a page: it loads nothing and runs nothing. */
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { styleSheet } from './style/sheet.ts';

/** Allows this style sheet by its hash, and nothing else that could be loaded or run. */
function contentSecurityPolicy(): string {
  const hash = createHash('sha256').update(styleSheet).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

export function page(title: string, body: VNode): string {
  const markup = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy()} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        {/* The one piece of markup that is not escaped: our own constant. */}
        <style dangerouslySetInnerHTML={{ __html: styleSheet }} />
      </head>
      <body>{body}</body>
    </html>,
  );
  return `<!doctype html>\n${markup}\n`;
}
