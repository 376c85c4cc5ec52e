/** Ways to break a connection that a good client must survive. */
import { type Clause, confirmed, refined } from './clause.ts';

export const faultCases: readonly Clause[] = [
  confirmed('F1', 'FIN on an idle connection: a new connection, no error'),
  confirmed('F2', 'FIN between checkout and the first byte'),
  confirmed(
    'F3',
    'RST on an idle connection; the probe consumes the error and must still call it stale',
  ),
  confirmed('F4', 'Several idle connections are dead: all are destroyed and the request succeeds'),
  confirmed(
    'F5',
    'Several dead connections, and the pool at its maximum: the retry still gets a slot',
  ),
  confirmed('F6', 'The connection ends between length prefix and message'),
  refined(
    'F7',
    'EOF after a request that must not run twice was sent: it is not sent again',
    'clients of DNS, HTTP, MySQL and PostgreSQL keep to it; ioredis 6.0.0 and redis-py 8.1.0 send INCR again, and it is executed twice',
  ),
  confirmed('F8', 'EOF after an idempotent request was sent: it is sent again, once'),
  confirmed('F9', 'A write fails: only what has not left at all is safe to send again'),
  confirmed('F10', 'A fresh connection is closed on its first request: no retry'),
  confirmed('F11', 'EOF inside a message: nothing partial is delivered'),
  refined(
    'F12',
    'The connection ends in the middle of a body: an error, not a short answer',
    'none of five HTTP clients delivers a chunked body that lacks only its last chunk, and urllib3 2.8.0 asks for it again; but what ends within its head urllib3 delivers as a whole response without a body',
  ),
  confirmed(
    'F13',
    'RST after a complete response: the response is delivered, the connection discarded',
  ),
  refined(
    'F14',
    'The response comes while the request is still being sent: delivered, and the connection is not used again',
    'net/http of Go, fetch and http.Agent of Node keep to it; undici 7.30.2 delivers it and lets the next request wait behind the body, and urllib3 2.8.0 does not read before its body is sent, so that both hang where the server reads no more',
  ),
  confirmed(
    'F15',
    'A complete answer that nobody asked for arrives on an idle connection: it never answers the next request',
  ),
  refined(
    'F16',
    'A farewell message and then FIN on an idle connection: stale, without an error',
    'so it is once the client has noticed; just before a request only those that look first are safe (urllib3, SQLAlchemy with pre-ping) and undici: fetch and http.Agent of Node take a 408 for the answer, mysql2 and pg fail the statement with 4031 or 57P01',
  ),
  confirmed(
    'F17',
    'One stray byte on an idle connection: stale, and the byte is not taken for an answer',
  ),
  confirmed('F18', 'A message that the protocol allows unasked: the connection is healthy'),
  confirmed('F19', 'A TLS record waits below the wrapper: a probe neither hangs nor spoils it'),
  confirmed(
    'F20',
    'A wrapper hides the socket, so that nothing can be probed: the exchange recovers all the same',
  ),
  confirmed('F21', 'Half-close: writes go on succeeding, so EOF must be enough'),
  confirmed('F22', 'Packets of an idle connection are lost: a new connection, before the deadline'),
  confirmed(
    'F23',
    'Packets are lost during an exchange, or it is never answered: a timeout, and nothing is sent again blindly',
  ),
  confirmed('F24', 'The answer comes after the timeout: the next caller gets its own'),
  confirmed('F25', 'A wrong or repeated id: never delivered'),
  confirmed(
    'F26',
    'A message that breaks the protocol: never delivered, and the connection is not lent again',
  ),
  refined(
    'F27',
    'The server announces that it will close: the client does not count on the connection',
    'Connection: close is heeded; Keep-Alive: timeout=1 is heeded by undici, fetch and http.Agent of Node, which leave a second for the way, and not by net/http of Go',
  ),
  confirmed(
    'F28',
    'The idle limit strikes while the connection is being taken: it is taken off the list first',
  ),
  confirmed(
    'F29',
    'The connection ends after one of several pipelined requests: what was not sent moves, what was sent follows the rule for retries',
  ),
  refined(
    'F30',
    'The retry fails too: it ends there',
    'of clients that retry at all, net/http of Go and dns-pool end there; urllib3, ioredis and redis-py send it a third time',
  ),
  confirmed(
    'F31',
    'The upstream dies right after the last use: at most one failure for each dead connection',
  ),
  confirmed(
    'F32',
    'close() twice, and a connection given back after close(): nothing breaks, nothing is left',
  ),
  confirmed('F33', 'Connections are refused, and accepted later: the client recovers by itself'),
  confirmed('F34', 'The accept queue is full and a SYN is not answered: the dial ends in time'),
  confirmed(
    'F35',
    'The upstream stops reading until its window is zero: writes end in time, or go on when it opens',
  ),
];
