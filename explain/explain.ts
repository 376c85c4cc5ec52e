/** Reads a capture in one pass and in bounded memory, and says what is the matter with its connections. */
import type { Frame } from '../captures/frame.ts';
import { decodePacket, emptyPacket, protocols } from '../captures/packet.ts';
import { type CaptureInput, readCapture } from '../captures/reader.ts';
import { addressText } from './address.ts';
import { type Context, captureContext, learn } from './context.ts';
import { isServedAndClosed } from './diagnose/break.ts';
import { diagnose } from './diagnose/connection.ts';
import { diagnoseFlow } from './diagnose/flow.ts';
import { maybeSlow } from './diagnose/slow.ts';
import type { DiagnosisName, Finding } from './diagnosis.ts';
import { keepingFlat } from './flat-memory.ts';
import type { Connection } from './flow/connection.ts';
import { datagramTable, type Flow } from './flow/datagrams.ts';
import type { End } from './flow/end.ts';
import { stateOf } from './flow/state.ts';
import { connectionTable, type OnSegment } from './flow/table.ts';
import { type Moment, momentOf, type Side } from './moment.ts';
import type { Explained, ExplainedConnection, ExplainedEnd } from './result.ts';

/** Whatever may have findings is kept until all connections are known. */
const suspectsMax = 5000;
const othersShownMax = 500;

/**
 * @param onSegment Called for each TCP segment, in the order of the file.
 * @throws NotACapture, or what the stream fails with.
 */
export async function explain(input: CaptureInput, onSegment?: OnSegment): Promise<Explained> {
  const context = captureContext();
  const suspects: Connection[] = [];
  const flows: Flow[] = [];
  const quiet: ExplainedConnection[] = [];
  const counts: Partial<Record<DiagnosisName, number>> = {};
  let first: Moment | null = null;
  let lastFrame = 0;
  let lastAtUs = 0;
  let othersFrames = 0;
  let udp = 0;

  const count = (findings: readonly Finding[]) => {
    for (const { name } of findings) counts[name] = (counts[name] ?? 0) + 1;
  };
  const momentNow = (): Moment => ({ frame: lastFrame, atUs: lastAtUs });
  const table = connectionTable({
    observer: context,
    onSegment,
    onOver(connection) {
      learn(context.of(connection), connection);
      if (isQuiet(connection, context)) {
        if (quiet.length < othersShownMax) quiet.push(shownTcp(connection, []));
        return false;
      }
      if (suspects.length < suspectsMax) {
        suspects.push(connection);
        return true;
      }
      // What is known by now has to do.
      count(diagnose(connection, context, momentNow()));
      return false;
    },
  });
  const datagrams = datagramTable((flow) => {
    udp += 1;
    if (flows.length < suspectsMax) flows.push(flow);
    else count(diagnoseFlow(flow));
  });
  const packet = emptyPacket();
  const onFrame = (frame: Frame) => {
    first ??= momentOf(frame);
    lastFrame = frame.number;
    lastAtUs = frame.atUs;
    if (!decodePacket(frame, packet)) othersFrames += 1;
    else if (packet.protocol === protocols.tcp) table.take(packet, frame);
    else if (packet.protocol === protocols.udp) datagrams.take(packet, frame);
    else datagrams.takeIcmp(packet, frame);
  };
  const keepFlat = keepingFlat();
  const { format, frames, sizeBytes, drops, stopped } = await readCapture(input, onFrame, () =>
    keepFlat(lastFrame),
  );
  table.end();
  datagrams.end();

  const end = momentNow();
  const explained = [
    ...suspects.map((c) => shownTcp(c, diagnose(c, context, end))),
    ...flows.map((flow) => shownUdp(flow, diagnoseFlow(flow))),
  ];
  for (const { findings } of explained) count(findings);
  const withFindings = explained.filter(({ findings }) => findings.length > 0);
  const others = [...explained.filter(({ findings }) => findings.length === 0), ...quiet];
  return {
    capture: {
      format,
      frames,
      othersFrames,
      sizeBytes,
      first,
      last: frames > 0 ? end : null,
      drops,
      stopped: stopped ?? null,
    },
    connections: { tcp: table.count(), udp },
    counts,
    shown: [...withFindings, ...others.slice(0, othersShownMax)],
    upstreams: context.upstreams().map(({ address, facts }) => ({
      address,
      connections: facts.opened,
      idleLimit: facts.idleLimit() ?? null,
    })),
  };
}

/** Opened, served, and closed by the client or not at all: there is nothing to say of it, whatever others did. */
function isQuiet(c: Connection, { retries }: Context): boolean {
  const [first] = c.breaks;
  const isLeft =
    first === undefined ||
    (first.by === 'client' && first.owed.length === 0 && !first.isInAnswer && !first.isOpening) ||
    (first.by === 'upstream' && isServedAndClosed(c));
  const isPlain = c.notes.length === 0 && c.client.syns.length <= 1 && !maybeSlow(c);
  const isServed = c.requests > 0 || c.protocol !== 'tls';
  return (
    isLeft &&
    isPlain &&
    isServed &&
    isSteady(c.client) &&
    isSteady(c.upstream) &&
    c.handshakeDone !== undefined &&
    !retries.has(c.number)
  );
}

const isSteady = ({ longestSilence, zeroWindows, unackedRepeats, probe }: End) =>
  !longestSilence && zeroWindows.length === 0 && unackedRepeats === 0 && !probe;

function shownTcp(c: Connection, findings: Finding[]): ExplainedConnection {
  const [closed] = c.breaks;
  return {
    number: c.number,
    transport: 'tcp',
    protocol: c.protocol ?? 'unknown',
    client: shownEnd(c, 'client'),
    upstream: shownEnd(c, 'upstream'),
    isGuessed: c.isGuessed,
    first: c.first,
    last: { frame: c.lastFrame, atUs: c.lastAtUs },
    requests: c.requests,
    answers: c.answers,
    closed: closed
      ? {
          frame: closed.frame,
          atUs: closed.atUs,
          by: closed.by,
          flag: closed.flag,
          relativeSeq: closed.relativeSeq,
        }
      : null,
    findings,
  };
}

function shownEnd(c: Connection, side: Side): ExplainedEnd {
  const { segments, bytes, retransmissions } = c[side];
  return {
    address: addressText(side === 'client' ? c.clientName : c.upstreamName),
    packets: segments,
    bytes,
    retransmissions,
    state: stateOf(c, side),
  };
}

function shownUdp(flow: Flow, findings: Finding[]): ExplainedConnection {
  const end = ({ host, port, packets, bytes }: Flow['client']): ExplainedEnd => ({
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    packets,
    bytes,
    retransmissions: 0,
    state: null,
  });
  const { number, first, last, requests, answers, dialogue } = flow;
  return {
    number,
    transport: 'udp',
    protocol: dialogue.protocol,
    client: end(flow.client),
    upstream: end(flow.upstream),
    isGuessed: false,
    first,
    last,
    requests,
    answers,
    closed: null,
    findings,
  };
}
