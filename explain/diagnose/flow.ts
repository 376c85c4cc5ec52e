/** From what was seen of datagrams between two ports to what is the matter with them. Pure. */
import type { Finding } from '../diagnosis.ts';
import type { Flow } from '../flow/datagrams.ts';
import { noteFindings } from './notes.ts';
import { plural, proof } from './words.ts';

export function diagnoseFlow(flow: Flow): Finding[] {
  const { upstream, unreachable, lastRequest } = flow;
  if (unreachable) {
    return [
      {
        name: 'refused',
        story: `${upstream.host}:${upstream.port} is closed: ICMP port unreachable`,
        proof: [
          ...(lastRequest ? [proof(lastRequest, 'the datagram')] : []),
          proof(unreachable, 'ICMP port unreachable'),
        ],
      },
    ];
  }
  return [...noteFindings(flow), ...unanswered(flow)];
}

/** Only a protocol that is known tells which datagram asks for an answer. */
function unanswered({ dialogue }: Flow): Finding[] {
  const owed = dialogue.protocol === 'unknown' ? [] : dialogue.owed();
  if (owed.length === 0) return [];
  return [
    {
      name: 'unanswered',
      story: `${plural(owed.length, 'query', 'queries')} without an answer`,
      proof: owed.slice(0, 5).map((request) => proof(request, `asked: ${request.key}`)),
    },
  ];
}
