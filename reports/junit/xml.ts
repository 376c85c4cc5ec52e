/** XML 1.0 as text (https://www.w3.org/TR/xml/): what a reader of JUnit files needs of it. */
import { printable } from '../text/printable.ts';

export interface Element {
  name: string;
  /** In the order in which they are written. */
  attributes: Readonly<Record<string, string | number>>;
  /** Elements, or lines of text. */
  content: readonly Element[] | readonly string[];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * The same text when it is read back. Section 2.2 allows no control character, no half of a surrogate
 * pair, and neither U+FFFE nor U+FFFF: not even as a reference, so they are spelled out.
 */
function xmlText(text: string): string {
  return allowed(text).replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** What a reader is to get: the text with what XML does not know spelled out. */
export function allowed(text: string): string {
  return printable(text).replace(
    /[\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}

function elementLines({ name, attributes, content }: Element, indent: string): string[] {
  const words = Object.entries(attributes).map(([key, value]) => `${key}="${xmlText(`${value}`)}"`);
  const start = `${indent}<${[name, ...words].join(' ')}`;
  const [first] = content;
  if (first === undefined) return [`${start}/>`];
  if (typeof first === 'string') {
    const text = (content as readonly string[]).map(xmlText).join('\n');
    return [`${start}>${text}</${name}>`];
  }
  const children = (content as readonly Element[]).flatMap((child) =>
    elementLines(child, `${indent}  `),
  );
  return [`${start}>`, ...children, `${indent}</${name}>`];
}

/** The document whose root this is, in UTF-8. */
export function xmlDocument(root: Element): string {
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...elementLines(root, ''), ''].join('\n');
}
