/** Arbitrary runs and timelines: the fixture's, with any text in place of its words. */
import fc from 'fast-check';
import type { Event } from '../../harness/event.ts';
import type { RunResult, ScenarioResult, Verdict } from '../../harness/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { friendlyRun, hostile, scenarios, timelineNames, timelineOf } from './fixture.ts';

const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'unknown');

/** Any unicode, with what is known to be harmful more often than by chance. */
export const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', '#', '\\', '\n', '\r', '\u001b', ' ', '{'),
  }),
  fc.constantFrom(...Object.values(hostile)),
);

/** The same structure with every string that is not a fixed word replaced. */
function retold(scenario: ScenarioResult): fc.Arbitrary<ScenarioResult> {
  return fc
    .record({
      title: text,
      reason: text,
      rule: text,
      actual: text,
      token: text,
      note: text,
      client: text,
      verdict,
    })
    .map((word) => ({
      ...scenario,
      path: word.note,
      file: word.reason,
      folder: word.token,
      title: word.title,
      reason: word.reason,
      claims: [word.rule, word.title],
      client: word.client,
      protocol: word.note,
      script: [word.actual],
      workload: [word.token],
      repeat: word.reason,
      verdict: word.verdict,
      executions: scenario.executions.map((execution) => ({
        ...execution,
        client: word.client,
        purpose: word.reason,
        verdict: word.verdict,
        receipts: execution.receipts.map((receipt) => ({
          ...receipt,
          step: word.title,
          note: word.note,
          verdict: word.verdict,
        })),
        judgements: execution.judgements.map((judgement) => ({
          ...judgement,
          rule: word.rule,
          title: word.title,
          expected: word.actual,
          actual: word.actual,
          where: word.note,
          next: word.reason,
          verdict: word.verdict,
        })),
        errorSequences: [{ connection: 1, tokens: [word.token] }],
      })),
    }));
}

export const run: fc.Arbitrary<RunResult> = fc
  .record({
    scenarios: fc.array(
      fc.constantFrom(...Object.values(scenarios)).chain((scenario) => retold(scenario)),
      { maxLength: 4 },
    ),
    skipped: fc.array(
      fc.record({ path: text, title: text, reason: text }, { noNullPrototype: true }),
      { maxLength: 2 },
    ),
    interrupted: fc.boolean(),
    missing: fc.nat({ max: 3 }),
    word: text,
  })
  .map(({ scenarios: chosen, skipped, interrupted, missing, word }) => ({
    ...friendlyRun,
    scenarios: chosen,
    skipped,
    interrupted,
    planned: chosen.length + (interrupted ? missing : 0),
    command: word,
    machine: { pipewrench: word, node: word, kernel: word, sandbox: word, capture: word },
  }));

/** Events of real timelines at any times, in any selection, with any text on the wire. */
export const timeline: fc.Arbitrary<Timeline> = fc
  .constantFrom(...timelineNames)
  .map(timelineOf)
  .chain((real) =>
    fc
      .record({
        picks: fc.array(fc.nat({ max: real.events.length - 1 }), { maxLength: 60, size: 'max' }),
        gapsUs: fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 60, maxLength: 60 }),
        word: text,
      })
      .map(({ picks, gapsUs, word }) => {
        let atUs = 1_780_000_000_000_000;
        const events = picks.flatMap((pick, index): Event[] => {
          const event = real.events[pick];
          atUs += gapsUs[index] ?? 0;
          if (event === undefined) return [];
          return [
            event.source === 'wire' ? { ...event, atUs, messages: [word] } : { ...event, atUs },
          ];
        });
        return { ...real, events };
      }),
  );
