import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { writePcap } from '../../harness/recorders/pcap.ts';
import type { ExecutionResult, RunResult, ScenarioResult } from '../../harness/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { frameComments } from '../../reports/pcapng/comments.ts';
import { placed } from '../../reports/pcapng/placing.ts';
import { pcapng } from '../../reports/pcapng.ts';
import type { ReportSource } from '../../reports/source.ts';
import { folder } from '../support/folder.ts';
import { tcpFrame } from '../support/frame.ts';
import { readPcapng } from '../support/pcapng.ts';
import { capinfos, tsharkFields, whyNoTshark } from '../support/tshark.ts';
import { run as anyRun, timeline as anyTimeline } from './arbitrary.ts';
import { friendlyRun, hostileRun, scenarios, sourceOf } from './fixture.ts';

/** The packets that a timeline tells of, as a recorder would have kept them. */
function pcapOf({ events }: Timeline): Buffer {
  const packets = events.flatMap((event) => {
    if (event.source !== 'wire') return [];
    const [client, upstream] = event.tuple.split('->').map((end) => {
      const [host = '', port = ''] = end.split(':');
      return { host, port: Number(port) };
    });
    const none = { host: '127.0.0.1', port: 0 };
    const ends = [client ?? none, upstream ?? none] as const;
    const [source, destination] = event.from === 'client' ? ends : [ends[1], ends[0]];
    const bytes = tcpFrame({
      source,
      destination,
      flags: event.flags,
      seq: 1000 + event.relativeSeq,
      ack: event.relativeAck === 0 ? 0 : 1000 + event.relativeAck,
      window: event.window,
      payload: Buffer.alloc(event.length, 'x'),
    });
    return [{ atUs: event.atUs, bytes, lengthOnWire: bytes.length }];
  });
  return writePcap(packets);
}

/** The fixture's run, with a capture for each timeline. */
function captured(run: RunResult): ReportSource {
  const source = sourceOf(run);
  return {
    ...source,
    pcap: (scenario, execution) => {
      const timeline = source.timeline(scenario, execution);
      return timeline && pcapOf(timeline);
    },
  };
}

const only = (...chosen: ScenarioResult[]) => captured({ ...friendlyRun, scenarios: chosen });
const [main, control, counter] = scenarios.pass.executions as [
  ExecutionResult,
  ExecutionResult,
  ExecutionResult,
];
const idle = only(scenarios.pass);

t.test('each execution is a section that says what it was', async (t) => {
  const sections = readPcapng(pcapng(idle));
  t.equal(sections.length, 3);
  const counts = [main, control, counter].map(
    (execution) =>
      idle.timeline(scenarios.pass, execution)?.events.filter(({ source }) => source === 'wire')
        .length,
  );
  t.strictSame(
    sections.map(({ packets }) => packets.length),
    counts,
  );
  for (const [index, { application, os, comments, interfaces, packets }] of sections.entries()) {
    t.equal(application, 'pipewrench 0.1.0');
    t.equal(os, 'Linux 6.18.0');
    t.match(interfaces, [
      { name: 'lo', linkType: 1, resolution: 6, received: packets.length, dropped: 0 },
    ]);
    const [head = '', ...facts] = comments;
    t.equal(head.split('\n')[0], scenarios.pass.title);
    t.match(head, scenarios.pass.reason);
    t.match(head, scenarios.pass.executions[index]?.purpose ?? 'an execution');
    t.strictSame(packets[0]?.comments.slice(0, 4), head.split('\n'), 'on the first packet too');
    t.match(facts.join('\n'), scenarios.pass.script[0] ?? '');
    t.equal(facts.at(-1), `Repeat it: ${scenarios.pass.repeat}`);
  }
  const [, second, third] = sections;
  t.ok(
    second?.comments.includes(`Frame n of control.pcap is frame n + ${counts[0]} of this file.`),
  );
  const before = (counts[0] ?? 0) + (counts[1] ?? 0);
  t.ok(third?.comments.includes(`Frame n of counter.pcap is frame n + ${before} of this file.`));
});

/** What `frameComments` is to say of the main execution, by frame. */
const said: Readonly<Record<number, readonly string[]>> = {
  1: ['caller -0.072 ms: request 1: query A a.example', "#1 client's kernel +0.003 ms: SYN_SENT"],
  2: ['#1 client +0.128 ms: checkout new for request 1'],
  4: ['query A a.example', '#1 upstream +0.095 ms: read A a.example (29 B)'],
  6: [
    'answer A a.example 192.0.2.1',
    'caller +0.106 ms: answer 1: 192.0.2.1',
    '#1 client +0.111 ms: back to the pool',
  ],
  8: [
    'proved: close the connection (FIN) · FIN from the upstream at relative seq 46',
    "#1 upstream's kernel +0.004 ms: FIN_WAIT_1",
    "#1 client's kernel +0.015 ms: CLOSE_WAIT",
    "#1 upstream's kernel +0.017 ms: FIN_WAIT_2",
    '#1 client +0.262 ms: probe',
    '#1 client +0.271 ms: peek: EOF',
    '#1 client +0.277 ms: stale: EOF, by probe',
    '#1 client +0.290 ms: destroy: stale',
  ],
  10: [
    'FIN of the client, connection #1',
    "#1 client's kernel +0.003 ms: TIME_WAIT",
    "#1 upstream's kernel +0.012 ms: CLOSED",
    "#1 client's kernel +0.014 ms: CLOSED",
  ],
  12: ['caller -0.143 ms: request 2: query A b.example', "#2 client's kernel +0.003 ms: SYN_SENT"],
  13: ['#2 client +0.128 ms: checkout new for request 2'],
  15: ['query A b.example', '#2 upstream +0.095 ms: read A b.example (29 B)'],
  17: [
    'answer A b.example 192.0.2.1',
    'caller +0.106 ms: answer 2: 192.0.2.1',
    '#2 client +0.111 ms: back to the pool',
    '#2 client +0.538 ms: destroy: pool closed',
  ],
  19: [
    'FIN of the client, connection #2',
    'caller -0.055 ms: close the client',
    "#2 client's kernel +0.003 ms: FIN_WAIT_1",
    "#2 client's kernel +0.016 ms: FIN_WAIT_2",
    "#2 upstream's kernel +0.017 ms: CLOSE_WAIT",
  ],
  21: [
    'FIN of the upstream, connection #2, no step of the script',
    "#2 client's kernel +0.012 ms: TIME_WAIT",
    "#2 upstream's kernel +0.014 ms: CLOSED",
  ],
};

t.test('comments are on the packets that something is to be said about', async (t) => {
  const timeline = idle.timeline(scenarios.pass, main);
  t.ok(timeline);
  if (timeline) t.strictSame(Object.fromEntries(frameComments(timeline, main)), said);
});

/** Frames of the main execution with such a comment, behind what is said of the whole on the first one. */
function framesWith(scenario: ScenarioResult, what: RegExp): number[] {
  const [section] = readPcapng(pcapng(only(scenario)));
  return (section?.packets ?? []).flatMap(({ comments }, index) =>
    comments.slice(index === 0 ? 4 : 0).some((line) => what.test(line)) ? [index + 1] : [],
  );
}

t.test('what does not hold is said where it is', async (t) => {
  const where = (text: string): ScenarioResult => {
    const [execution, ...others] = scenarios.fail.executions;
    const judgements = execution?.judgements.map((one) => ({ ...one, where: text })) ?? [];
    const changed = execution && Object.assign(execution, { judgements });
    return { ...scenarios.fail, executions: changed ? [changed, ...others] : others };
  };
  const wrong = /^does not hold: a request is retried at most once · expected at most 1 retry/;
  t.strictSame(framesWith(where('frame 6'), wrong), [6]);
  t.strictSame(framesWith(where('frames of 2 connections'), wrong), [12], 'the last one');
  t.strictSame(framesWith(where('connection 1 (what it is)'), wrong), [6]);
  t.strictSame(framesWith(where('127.0.0.1:38012->127.0.0.1:46195'), wrong), [12]);
  t.strictSame(framesWith(where('request 1 (A w.example)'), wrong), [12], 'where it ended');
  t.strictSame(framesWith(where('frame 99, connection 7, request 5'), wrong), [12]);
  t.strictSame(framesWith(where(''), wrong), [12]);
});

t.test('in the counter execution it is as foretold', async (t) => {
  const [, , section] = readPcapng(pcapng(idle));
  const lines = section?.packets.flatMap(({ comments }) => comments) ?? [];
  t.ok(lines.some((line) => /^does not hold, as foretold: every request is/.test(line)));
  t.notOk(lines.some((line) => /^does not hold:/.test(line)));
});

t.test('an RST that no step asked for is told from one that a receipt proves', async (t) => {
  t.strictSame(framesWith(scenarios.fail, /^proved: reset the connection/), [6, 12]);
  t.strictSame(framesWith(scenarios.fail, /no step of the script/), []);
  t.strictSame(framesWith(scenarios.raw, /^RST of the upstream, .* no step of the script$/), [7]);
});

t.test('dropped packets are counted where they are known', async (t) => {
  const withGaps = (gaps: Timeline['gaps']) => {
    const timeline = idle.timeline(scenarios.pass, main);
    const source = { ...idle, timeline: () => timeline && { ...timeline, gaps } };
    const [section] = readPcapng(pcapng(source));
    t.match(section?.comments.join('\n'), gaps[0] ? `recorder: ${gaps[0].reason}` : '');
    return section?.interfaces[0];
  };
  const reason = 'the kernel dropped 22 packets';
  const count = readPcapng(pcapng(idle))[0]?.packets.length ?? 0;
  t.match(withGaps([{ recorder: 'wire', reason, droppedPackets: 22 }]), {
    received: count + 22,
    dropped: 22,
  });
  t.match(withGaps([{ recorder: 'client', reason: 'it is silent' }]), { dropped: 0 });
  const unknown = withGaps([{ recorder: 'wire', reason: 'tcpdump ended' }]);
  t.equal(unknown?.dropped, undefined);
  t.equal(unknown?.received, undefined);
});

t.test('what is not there is said', async (t) => {
  const [none] = readPcapng(pcapng({ ...idle, pcap: () => undefined }));
  t.match(none, { interfaces: [], packets: [] });
  t.ok(none?.comments.includes('Nothing was captured.'));

  const [bare] = readPcapng(pcapng({ ...idle, timeline: () => undefined }));
  t.match(bare?.comments.join('\n'), /timeline of this execution is not there/);
  t.ok(bare?.packets.slice(1).every(({ comments }) => comments.length === 0));

  const whole = pcapOf(idle.timeline(scenarios.pass, main) as Timeline);
  const [cut] = readPcapng(pcapng({ ...idle, pcap: () => whole.subarray(0, -1) }));
  t.match(cut?.comments.join('\n'), /ends in the middle of a packet/);
  t.equal(cut?.packets.length, (readPcapng(pcapng(idle))[0]?.packets.length ?? 0) - 1);

  const [odd] = readPcapng(pcapng({ ...idle, pcap: () => Buffer.from('no pcap at all') }));
  t.match(odd, { packets: [] });
  t.match(odd?.comments.join('\n'), /is no pcap/);
});

t.test('a packet at which too much happened is cut short', async (t) => {
  const timeline = idle.timeline(scenarios.pass, main) as Timeline;
  const last = timeline.events.findLast(({ source }) => source === 'wire');
  const atUs = timeline.events.at(-1)?.atUs ?? 0;
  const logs: Timeline['events'] = Array.from({ length: 500 }, (_, n) => ({
    atUs,
    source: 'client',
    type: 'log',
    level: 'ERROR',
    text: `line ${n}`,
  }));
  const many = { ...timeline, events: [...timeline.events, ...logs] };
  const comments = frameComments(many, main);
  const lines = comments.get(last?.source === 'wire' ? last.frame - 1 : 0);
  t.equal(lines?.length, 61);
  t.match(lines?.at(-1), /^and \d{3} more$/);
});

t.test('each event stands at one packet, on its connection where that has packets', async () => {
  fc.assert(
    fc.property(anyTimeline, (any) => {
      const packets = any.events.filter((event) => event.source === 'wire');
      const others = any.events.filter((event) => event.source !== 'wire');
      const places = placed(any);
      const isAtHome = places.every(({ event, packet }) => {
        const tuple = 'tuple' in event ? event.tuple : undefined;
        return tuple === packet.tuple || !packets.some((one) => one.tuple === tuple);
      });
      const found = new Set(places.map(({ event }) => event));
      const expected = packets.length === 0 ? 0 : others.length;
      return (
        isAtHome && places.length === expected && others.every((e) => !expected || found.has(e))
      );
    }),
  );
});

t.test('any run is a whole file without a character that acts', async () => {
  const acting = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;
  const isHarmless = (source: ReportSource) =>
    readPcapng(pcapng(source)).every(({ application, os, comments, interfaces, packets }) =>
      [
        application,
        os,
        ...comments,
        ...interfaces.flatMap(({ name, description }) => [name, description]),
        ...packets.flatMap((packet) => packet.comments),
      ].every((text) => !acting.test(text)),
    );
  fc.assert(fc.property(anyRun, (any) => isHarmless(captured(any))));
  fc.assert(
    fc.property(anyTimeline, (any) =>
      isHarmless({ ...captured(hostileRun), timeline: () => any, pcap: () => pcapOf(any) }),
    ),
  );
});

t.test('capinfos and tshark show all of it', { skip: whyNoTshark }, async (t) => {
  const source = only(scenarios.pass, scenarios.fail);
  const sections = readPcapng(pcapng(source));
  const packets = sections.flatMap((section) => section.packets);
  const file = join(folder(t), 'two.pcapng');
  writeFileSync(file, pcapng(source));

  const infos = capinfos(file);
  t.match(infos, /pcapng/);
  t.match(infos, new RegExp(`Number of packets: +${packets.length}\\b`));
  t.match(infos, /Name = lo\b/);
  t.equal(infos.match(/^Section \d+:$/gm)?.length, sections.length);
  for (const title of [scenarios.pass.title, scenarios.fail.title]) {
    t.match(infos, new RegExp(`Capture comment: +${title}`));
  }
  const rows = tsharkFields(file, ['frame.number', 'frame.interface_name', 'frame.comment']);
  t.strictSame(
    rows,
    packets.map(({ comments }, index) => [String(index + 1), 'lo', comments.join('|')]),
  );
  const mainComments = rows.slice(1, sections[0]?.packets.length).map(([, , comment]) => comment);
  t.strictSame(
    mainComments,
    Array.from(mainComments, (_, index) => (said[index + 2] ?? []).join('|')),
    'on exactly these packets',
  );
});
