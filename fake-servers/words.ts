/**
 * Steps in words, both ways: a form is a sentence with places for values, and what is written with it
 * can be read with it.
 *
 *     'read exactly {bytes:byte} and leave the rest unread'   3 bytes, 1 byte
 *     'wait until idle for {ms:ms}'                           20 ms
 *     'wait for the gate {gate:text}'                         "go", quoted as in JSON
 *     'show the certificate {certificate:word}'               self-signed
 *     'drip {bytes:byte} every {everyMs:ms}'
 */

/** Flat data: what a form can say. */
export type Values = Readonly<Record<string, string | number>>;

export interface Form {
  words: string;
  /** Values that the words imply. */
  implies?: Values;
}

const place = /\{(\w+):(\w+)\}/g;
/** A string as JSON has it, RFC 8259 section 7. */
const quoted = '"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"';

function patternOf(kind: string): string {
  if (kind === 'text') return quoted;
  if (kind === 'word') return '[a-z][a-z-]*';
  return kind === 'ms' ? '\\d+ ms' : `\\d+ ${kind}s?`;
}

function written(kind: string, value: string | number): string {
  if (kind === 'text') return JSON.stringify(value);
  if (kind === 'word') return String(value);
  return kind === 'ms' ? `${value} ms` : `${value} ${kind}${value === 1 ? '' : 's'}`;
}

function readBack(kind: string, text: string): string | number {
  if (kind === 'text') return String(JSON.parse(text));
  return kind === 'word' ? text : Number.parseInt(text, 10);
}

/** Whether these values are what the form says, no more and no less. */
function fits({ words, implies = {} }: Form, values: Values): boolean {
  const names = [...words.matchAll(place)].map(([, name = '']) => name);
  const said = Object.keys(implies);
  return (
    said.every((name) => values[name] === implies[name]) &&
    names.every((name) => name in values) &&
    Object.keys(values).every((name) => names.includes(name) || said.includes(name))
  );
}

/** The values in words. Throws an Error when no form fits them: the forms are not complete. */
export function say(forms: readonly Form[], values: Values): string {
  const form = forms.find((candidate) => fits(candidate, values));
  if (!form) throw new Error(`no form says ${JSON.stringify(values)}`);
  return form.words.replace(place, (_, name: string, kind: string) =>
    written(kind, values[name] ?? ''),
  );
}

/** What a text says with one of the forms; undefined when it is none of them. */
export function understand(forms: readonly Form[], text: string): Values | undefined {
  for (const { words, implies = {} } of forms) {
    const places = [...words.matchAll(place)];
    const pattern = words
      .split(/(\{\w+:\w+\})/)
      .map((part) => {
        const kind = /^\{\w+:(\w+)\}$/.exec(part)?.[1];
        return kind ? `(${patternOf(kind)})` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      })
      .join('');
    const match = new RegExp(`^${pattern}$`).exec(text);
    if (!match) continue;
    const values = places.map(([, name = '', kind = ''], index) => [
      name,
      readBack(kind, match[index + 1] ?? ''),
    ]);
    return { ...implies, ...Object.fromEntries(values) };
  }
  return undefined;
}
