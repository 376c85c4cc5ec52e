/** Redis commands, as bytes and as arbitraries. */
import fc from 'fast-check';

/** An array of bulk strings, as every client sends them. */
export function commandBytes(words: readonly (string | Buffer)[]): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.from(word);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

/** Words on a line, each quoted. */
export function inlineBytes(words: readonly Buffer[]): Buffer {
  const quoted = words.map((word) => {
    const characters = [...word.toString('latin1')].map((one) =>
      /[a-z0-9]/.test(one) ? one : `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
    return `"${characters.join('')}"`;
  });
  return Buffer.from(`${quoted.join(' ')}\r\n`);
}

const word = fc.oneof(
  fc.constantFrom('', 'a', 'GET', '1', '\r\n', "'", '"', '\\').map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
);

/** Any words, which need not be a command that there is. */
export const sentCommand = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([words, isInline]) => ({
    words,
    bytes: isInline ? inlineBytes(words) : commandBytes(words),
  }));

/** Nearly right: a few bytes replaced, some of them by what separates others. */
export const damagedCommands = fc
  .tuple(
    fc.array(sentCommand, { minLength: 1, maxLength: 3 }),
    fc.array(
      fc.tuple(
        fc.nat({ max: 60 }),
        fc.oneof(fc.constantFrom(...Buffer.from('*$\r\n-0123 "\'')), fc.nat({ max: 255 })),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([commands, changes]) => {
    const bytes = Buffer.concat(commands.map((command) => command.bytes));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

const key = fc.constantFrom('a', 'b');
const value = fc.constantFrom('', '0', '1', '-1', '01', 'x', '9223372036854775807', '2 3');
const option = fc.constantFrom(
  ...[['nx'], ['XX'], ['EX', '100'], ['px', '100000'], ['EX', '0'], ['PX', '-1'], ['ex', 'x']],
  ...[['EX', '9223372036854775807'], ['ex'], ['none']],
);
const sent = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)));

/** Commands that Redis answers the same wherever it runs. */
export const knownCommand: fc.Arbitrary<string[]> = fc.oneof(
  sent('GET', key),
  sent('set', key, value),
  fc
    .tuple(key, value, fc.array(option, { maxLength: 2 }))
    .map(([k, v, options]) => ['SET', k, v, ...options.flat()]),
  sent('incr', key),
  sent('DEL', key, key),
  sent('EXISTS', key, key, 'a'),
  sent('ECHO', value),
  sent('PING'),
  sent('PING', value),
  sent('SELECT', fc.constantFrom('0', '1', '15', '16', '-1', 'x')),
  sent('HELLO'),
  sent('HELLO', fc.constantFrom('2', '3', '4', 'x')),
  sent('HELLO', '3', 'SETNAME', fc.constantFrom('me', 'm e')),
  sent('HELLO', '3', 'none'),
  sent('CLIENT', 'GETNAME'),
  sent('CLIENT', 'SETNAME', fc.constantFrom('me', '', 'm e')),
  sent('CLIENT', fc.constantFrom('none', 'SETNAME')),
  sent('CONFIG', 'GET', fc.constantFrom('databases', 'appendonly', 'none')),
  sent('CONFIG', fc.constantFrom('GET', 'none')),
  sent('SUBSCRIBE', 'c'),
  sent('UNSUBSCRIBE', fc.constantFrom('c', 'd')),
  sent('UNSUBSCRIBE'),
  ...['MULTI', 'EXEC', 'DISCARD'].map((name) => sent(name)),
  sent('none'),
  sent('none', value, fc.constantFrom('x', 'y'.repeat(200)), value),
  sent(fc.constantFrom('get', 'SET', 'incr', 'DEL', 'echo', 'select', 'client', 'subscribe')),
  sent('EXEC', 'x'),
  sent('PING', 'x', 'y'),
);
