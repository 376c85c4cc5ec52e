/** The whole run as one page that needs no network, no script and no other file. */
import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import type { ReportSource } from '../source.ts';
import { countsText, countVerdicts } from '../words.ts';
import { anchorsOf } from './anchors.ts';
import { worstFirst } from './execution.tsx';
import { Legend } from './legend.tsx';
import { Masthead, Overview } from './overview.tsx';
import { Scenario } from './scenario.tsx';
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

function Page({ source }: { source: ReportSource }) {
  const { run } = source;
  const anchors = anchorsOf(run.scenarios);
  const entries = worstFirst(
    run.scenarios.map((scenario, index) => ({
      verdict: scenario.verdict,
      scenario,
      anchor: anchors[index] ?? '',
    })),
  );
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy()} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`pipewrench: ${countsText(countVerdicts(run.scenarios))}`}</title>
        {/* The one piece of markup that is not escaped: our own constant. */}
        <style dangerouslySetInnerHTML={{ __html: styleSheet }} />
      </head>
      <body>
        <Masthead run={run} />
        <main>
          <Overview entries={entries} />
          {entries.map(({ scenario, anchor }) => (
            <Scenario source={source} scenario={scenario} anchor={anchor} />
          ))}
          <Legend />
        </main>
      </body>
    </html>
  );
}

export function html(source: ReportSource): string {
  return `<!doctype html>\n${renderToString(<Page source={source} />)}\n`;
}
