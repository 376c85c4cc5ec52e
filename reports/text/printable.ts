/**
 * Text from a wire, a log or a file, made safe to look at.
 *
 * Escaped are all characters that act instead of being drawn: control characters (C0, DEL, C1: a
 * terminal obeys them), line and paragraph separators, marks that turn the direction of the text,
 * characters without a width, and halves of surrogate pairs. A backslash stays as it is, so the
 * result is for reading, not for decoding.
 */
const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

export function printable(text: string): string {
  return text.replace(acting, escaped);
}
