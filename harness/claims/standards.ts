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
];
