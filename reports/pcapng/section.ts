/** An execution as a section of a pcapng file: what it was, then its packets with what is said about them. Pure. */
import { storedPackets } from '../../captures/pcap-file.ts';
import type { PcapngCount, PcapngPacket, PcapngSection } from '../../captures/pcapng-writer.ts';
import type { ExecutionResult, Machine, ScenarioResult } from '../../harness/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { printable } from '../text/printable.ts';
import { errorSequenceText, foundText, isForetold, promisedText } from '../words.ts';
import { type FrameComments, frameComments } from './comments.ts';

/** What one execution left, as a report is given it. */
export interface Stored {
  scenario: ScenarioResult;
  execution: ExecutionResult;
  timeline: Timeline | undefined;
  pcap: Uint8Array | undefined;
}

/** As the stored captures have it. */
const snapshotBytes = 262_144;

/** @param framesBefore How many frames the file holds before this section. */
export function sectionOf(stored: Stored, machine: Machine, framesBefore: number): PcapngSection {
  const { scenario, execution, timeline, pcap } = stored;
  const comments: FrameComments = timeline ? frameComments(timeline, execution) : new Map();
  const capture = pcap && storedPackets(pcap);
  const packets = (capture?.packets ?? []).map((packet, index) => ({
    ...packet,
    comments: comments.get(index + 1) ?? [],
  }));
  const head = headLines(scenario, execution).map(printable);
  const notes = [...notesOf(stored, capture?.trouble), ...frameNote(execution, framesBefore)];
  return {
    application: printable(`pipewrench ${machine.pipewrench}`),
    os: printable(`Linux ${machine.kernel}`),
    comments: [head, ...factsOf(scenario, execution), notes, [`Repeat it: ${scenario.repeat}`]]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map(printable).join('\n')),
    interface: capture && {
      name: 'lo',
      description: printable(`${machine.sandbox}, captured by ${machine.capture}`),
      linkType: capture.linkType,
      snapshotBytes,
      counted: countOf(timeline, packets),
    },
    packets: headed(packets, head),
  };
}

/** Readers show the comments of a section only when they are asked for. */
function headed(packets: readonly PcapngPacket[], head: readonly string[]): PcapngPacket[] {
  return packets.map((packet, index) =>
    index === 0 ? { ...packet, comments: [...head, ...packet.comments] } : packet,
  );
}

/** What the kernel dropped is known when the recorder missed nothing, or says how much. */
function countOf(
  timeline: Timeline | undefined,
  packets: readonly PcapngPacket[],
): PcapngCount | undefined {
  const last = packets.at(-1);
  if (!timeline || !last) return undefined;
  let droppedPackets = 0;
  for (const gap of timeline.gaps) {
    if (gap.recorder !== 'wire') continue;
    if (gap.droppedPackets === undefined) return undefined;
    droppedPackets += gap.droppedPackets;
  }
  return { atUs: last.atUs, receivedPackets: packets.length + droppedPackets, droppedPackets };
}

const purposes: Readonly<Record<ExecutionResult['name'], string>> = {
  main: 'main execution, with the faults',
  control: 'control execution, without the faults',
  counter: 'counter execution, which must fail',
};

function headLines(scenario: ScenarioResult, execution: ExecutionResult): string[] {
  const { title, verdict, reason, claims, protocol } = scenario;
  const { name, client, purpose, faultResponse, errorSequences } = execution;
  const facts = [
    claims.join(' '),
    protocol,
    client,
    `errors ${errorSequenceText(errorSequences)}`,
    ...(faultResponse === null ? [] : [faultResponse]),
  ];
  return [
    title,
    `scenario ${verdict}: ${reason}`,
    `${purposes[name]}, ${execution.verdict}: ${purpose}`,
    facts.join(' · '),
  ];
}

/** In blocks of lines. */
function factsOf(scenario: ScenarioResult, execution: ExecutionResult): string[][] {
  const receipts = execution.receipts.map(
    (receipt) =>
      `${receipt.verdict}: ${receipt.step} · ${promisedText(receipt)} · ${foundText(receipt)}`,
  );
  const foretold = isForetold(execution) ? ', as foretold' : '';
  const judgements = execution.judgements.map(({ verdict, title, rule, actual }) =>
    verdict === 'pass'
      ? `pass: ${title}`
      : `${verdict}${foretold}: ${title} (${rule}) · got ${actual}`,
  );
  return [
    titled('The script of the upstream:', scenario.script),
    titled('The workload:', scenario.workload),
    titled('Fault receipts:', receipts),
    titled('Expectations and rules:', judgements),
  ];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function notesOf({ timeline, pcap }: Stored, trouble: string | undefined): string[] {
  return [
    ...(pcap === undefined ? ['Nothing was captured.'] : []),
    ...(trouble === undefined ? [] : [trouble]),
    ...(timeline ? [] : ['The timeline of this execution is not there: packets have no comments.']),
    ...(timeline?.gaps ?? []).map(
      ({ recorder, reason }) => `Evidence is missing from the ${recorder} recorder: ${reason}`,
    ),
  ];
}

/** The report and the stored capture count from 1. */
function frameNote({ pcap }: ExecutionResult, framesBefore: number): string[] {
  if (framesBefore === 0 || pcap === null) return [];
  return [`Frame n of ${pcap} is frame n + ${framesBefore} of this file.`];
}
