/** What is written down is read back as it was: in words, as YAML, as JSON. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import { type ListenerPhase, phaseDefinitions } from '../../fake-servers/listener.ts';
import { type Protocol, powers } from '../../fake-servers/protocols/protocol.ts';
import { connections, explainScript, type UpstreamScript } from '../../fake-servers/script.ts';
import { readScript, type ScriptSource } from '../../fake-servers/script-file.ts';
import { explain, type Step } from '../../fake-servers/step.ts';
import { step, steps } from '../support/steps.ts';

const able: Protocol = {
  name: 'able',
  transport: 'tcp',
  powers,
  start: () => {
    throw new Error('it is never started');
  },
};

function read(text: string, format: ScriptSource['format']) {
  return readScript({ name: 'my.yaml', text, format }, able);
}

const phase: fc.Arbitrary<ListenerPhase> = fc.record(
  {
    kind: fc.constantFrom(...phaseDefinitions.map(({ kind }) => kind)),
    gate: fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }),
  },
  { noNullPrototype: true },
);

const script: fc.Arbitrary<UpstreamScript> = fc
  .record({
    listener: fc.array(phase, { maxLength: 2 }),
    lists: fc.array(steps, { minLength: 1, maxLength: 4 }),
  })
  .map(({ listener, lists }) => ({
    ...(listener.length > 0 && { listener }),
    connections: lists,
  }));

/** Without the names of connections that are put before the steps. */
const unnamed = (line: string) =>
  line.replace(/^(?:connection \d+(?: and later)?|every connection): /, '');

t.test('what explainScript prints', async () => {
  fc.assert(
    fc.property(script, (made) => {
      return isDeepStrictEqual(read(explainScript(made).join('\n'), 'words'), { script: made });
    }),
  );
});

t.test('the same on one line, without the names of connections', async () => {
  fc.assert(
    fc.property(script, (made) => {
      const line = explainScript(made).map(unnamed).join('; ');
      return isDeepStrictEqual(read(line, 'words'), { script: made });
    }),
  );
});

t.test('YAML and JSON, each step as an object or in words', async () => {
  const worded = (made: UpstreamScript) => ({
    ...made,
    connections: made.connections.map((list) => list.map(explain)),
  });
  const indents = fc.constantFrom(0, 1, 2, 4, '\t');
  fc.assert(
    fc.property(script, fc.boolean(), indents, (made, isWorded, indent) => {
      const data = isWorded ? worded(made) : made;
      return [stringify(data), JSON.stringify(data, null, indent)].every((text) =>
        isDeepStrictEqual(read(text, 'document'), { script: made }),
      );
    }),
  );
});

t.test('a script is refused just when connections() refuses it', async () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1 }), (lists: Step[][]) => {
      const result = read(stringify({ connections: lists }), 'document');
      let isPossible = true;
      try {
        connections(...lists);
      } catch {
        isPossible = false;
      }
      return 'script' in result === isPossible;
    }),
  );
});

t.test('anything else is refused and nothing is thrown', async () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((text) => stringify(JSON.parse(text))),
    fc
      .array(fc.constantFrom(...'-?:[]{},&*!|>%@"\'# \n\taé', '- ', '*a', '&a '))
      .map((all) => all.join('')),
    fc.anything().map((value) => stringify({ connections: [[value]] }) ?? ''),
  );
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom('words' as const, 'document' as const),
      (text, format) => {
        const result = read(text, format);
        if ('script' in result) return true;
        const rows = text.split('\n').length;
        return (
          result.problems.length > 0 &&
          result.problems.every(
            ({ line, column, message, expected, next }) =>
              line >= 1 && line <= rows + 1 && column >= 1 && message && expected && next,
          )
        );
      },
    ),
    { numRuns: 500 },
  );
});

t.test('what was meant is found when a letter is missing', async () => {
  const shorter = (text: string, at: number) => text.slice(0, at) + text.slice(at + 1);
  fc.assert(
    fc.property(step, fc.nat(), (made, seed) => {
      const sentence = explain(made);
      // What is quoted, or one word of several, may be anything.
      fc.pre(!/"/.test(sentence) && made.kind !== 'certificate' && sentence.length >= 8);
      const letters = [...sentence.matchAll(/[a-z]/g)].map(({ index }) => index);
      const at = letters[seed % letters.length] ?? 0;
      const result = read(stringify({ connections: [[shorter(sentence, at)]] }), 'document');
      // A letter less may be another step, or the same.
      return 'script' in result || result.problems[0]?.next === `did you mean "${sentence}"?`;
    }),
  );
});
