/** Where pools as they are often written are weak. */
import { type Clause, confirmed, refined } from './clause.ts';

export const weaknesses: readonly Clause[] = [
  confirmed(
    'W1',
    'A probe that tests for EOF and EPIPE only calls a connection healthy that was reset while idle: the probe took the ECONNRESET',
  ),
  confirmed('W2', 'A probe that reads a byte swallows it, and calls the connection healthy'),
  confirmed(
    'W3',
    'A probe that waits costs every healthy checkout a millisecond; one that only peeks does not wait',
  ),
  confirmed('W4', 'A read deadline that is already past makes a dead connection look alive'),
  confirmed(
    'W5',
    'ETIMEDOUT taken for a timeout makes a connection that keepalive has killed look healthy',
  ),
  confirmed('W6', 'A fixed idle limit of five minutes is longer than many servers wait'),
  confirmed(
    'W7',
    'Without a slot to be had there is no retry, and the slot that a dead connection frees can be taken by another',
  ),
  confirmed('W8', 'Going over several stale connections counts one request several times'),
  confirmed(
    'W9',
    'Callers that waited for a connection get it unprobed; the TLS pool neither probes nor retries nor matches ids',
  ),
  confirmed(
    'W10',
    'Length and message in two writes: the RST that the first one draws makes the second fail',
  ),
  confirmed(
    'W11',
    'A connection whose request timed out goes back to the pool, and its late answer reaches the next caller',
  ),
  confirmed('W12', "Timeouts of single phases overwrite the caller's deadline"),
  refined(
    'W13',
    'close() forgets connections in use; a second close() breaks; a late warm-up still dials',
    'that connections in use are closed, and twice, is measured; a late warm-up is not',
  ),
  confirmed('W14', 'A retry that does not ask what the request does sends an update twice'),
  refined(
    'W15',
    'The range of local ports is another one than stated, and UDP has no TIME_WAIT',
    "TIME_WAIT is measured by a scenario; the range is the machine's own and is printed by `make before-after`, 32768 to 60999 where it was made",
  ),
  refined(
    'W16',
    'A server that says farewell before it closes makes the probe read bytes, not the end of file',
    'ERR 4031: 877a977 and v1.10.1 read one byte of it, call the connection bad, and nobody notices; v1.3.0 and v1.4.1 take it for the answer, and the caller gets "commands out of sync". The connection then goes back to the pool, and the next statement is retried for a "busy buffer". At SetMaxOpenConns the attempt that asks for a new connection is given one that another statement gives back: dead, three in a row reach the caller. Without SetConnMaxLifetime a close after the probe is still met, see 002.4',
  ),
  confirmed('W17', 'It is unread bytes, not a full buffer, that turn a close into an RST'),
];
