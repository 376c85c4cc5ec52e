/** Captures that explain themselves in Wireshark: a section for each execution, comments on its packets. */
import { type PcapngSection, writePcapng } from '../captures/pcapng-writer.ts';
import { sectionOf } from './pcapng/section.ts';
import type { ReportSource } from './source.ts';

export function pcapng(source: ReportSource): Uint8Array {
  const { scenarios, machine } = source.run;
  const sections: PcapngSection[] = [];
  let framesBefore = 0;
  for (const scenario of scenarios) {
    for (const execution of scenario.executions) {
      const timeline = source.timeline(scenario, execution);
      const pcap = source.pcap(scenario, execution);
      const section = sectionOf({ scenario, execution, timeline, pcap }, machine, framesBefore);
      framesBefore += section.packets.length;
      sections.push(section);
    }
  }
  return writePcapng(sections);
}
