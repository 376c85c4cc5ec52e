/** What standards ask for beyond the documents. */
import { type Clause, confirmed } from './clause.ts';

export const standards: readonly Clause[] = [
  confirmed(
    'S1',
    'Several queries are in flight on one connection and are answered in any order (RFC 7766 sections 6.2.1.1 and 7)',
  ),
  confirmed('S2', 'A truncated answer over UDP is asked for again over TCP (RFC 7766 section 5)'),
  confirmed(
    'S3',
    'A datagram that answers no query in flight is dropped, and disturbs nobody (RFC 5452 section 9.1)',
  ),
  confirmed(
    'S4',
    'An upstream says how long it keeps a silent connection: the client closes first, and sends nothing more after a 0 (RFC 7828 section 3.2.2)',
  ),
];
