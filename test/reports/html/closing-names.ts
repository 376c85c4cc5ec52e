/** A run in which names off the wire would end the fold that they stand in. */
import type { Timeline } from '../../../harness/timeline.ts';
import type { Payload, ReportSource } from '../../../reports/source.ts';
import { hostile } from '../fixture.ts';

/** A name that ends a `<noscript>` where it is not escaped, and would be run. */
export const closingNoscript = `</noscript>${hostile.script}`;

/** The same with this name wherever the packets have a script. */
export function withNames(source: ReportSource): ReportSource {
  const renamed = (text: string) => text.replaceAll(hostile.script, closingNoscript);
  return {
    ...source,
    timeline: (scenario, execution) => {
      const timeline = source.timeline(scenario, execution);
      return timeline && (JSON.parse(renamed(JSON.stringify(timeline))) as Timeline);
    },
    payloads: (scenario, execution) => {
      const payloads = new Map<number, Payload>();
      for (const [frame, { bytes, messages }] of source.payloads(scenario, execution)) {
        const named = messages.map(({ title, fields }) => ({
          title: renamed(title),
          fields: fields.map(([name, value]) => [name, renamed(value)] as const),
        }));
        payloads.set(frame, { bytes, messages: named });
      }
      return payloads;
    },
  };
}
