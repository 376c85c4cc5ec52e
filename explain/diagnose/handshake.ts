/** Connections that were never opened, or not at once. */
import { addressText } from '../address.ts';
import type { Context } from '../context.ts';
import type { Finding } from '../diagnosis.ts';
import type { Connection } from '../flow/connection.ts';
import { plural, proof, timeText } from './words.ts';

export function handshakeFinding(c: Connection, context: Context): Finding | undefined {
  const { client, upstream } = c;
  const [syn] = client.syns;
  if (!syn) return undefined;
  const [synAck] = upstream.syns;
  if (!synAck && upstream.rst) {
    return {
      name: 'refused',
      story: `${addressText(c.upstreamName)} answered the SYN with RST`,
      proof: [proof(syn, 'SYN'), proof(upstream.rst, 'RST in answer to it')],
    };
  }
  const unanswered = client.syns.filter(({ atUs }) => !synAck || atUs < synAck.atUs);
  const isAnsweredAtOnce = synAck !== undefined && unanswered.length <= 1;
  const hasSpoken = client.firstDataFrame + upstream.firstDataFrame > 0;
  const address = addressText(c.upstreamName);
  if (isAnsweredAtOnce || (!synAck && (upstream.segments > 0 || hasSpoken))) return undefined;
  const isAccepting = context.of(c).accepted > (c.handshakeDone ? 1 : 0) || c.handshakeDone;
  const waitedUs = (synAck?.atUs ?? c.lastAtUs) - syn.atUs;
  const shown = unanswered.slice(0, 5).map((at) => proof(at, 'SYN, not answered'));
  if (synAck) shown.push(proof(synAck, 'answered at last'));
  const tried = `${plural(unanswered.length, 'SYN')} to ${address} went unanswered`;
  if (isAccepting) {
    const rest = synAck ? `accepted after ${timeText(waitedUs)}` : 'while it accepted others';
    return { name: 'backlog-full', story: `${tried}, ${rest}`, proof: shown };
  }
  return { name: 'black-hole', story: `${tried}: not even a RST came back`, proof: shown };
}
