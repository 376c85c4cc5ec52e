/** What is said about pools, drivers, sockets and TCP states. */
import { type Clause, confirmed, refined } from './clause.ts';

export const statements: readonly Clause[] = [
  // A DNS pool that lends dead connections.
  confirmed('000.1', 'A connection that met EPIPE, ECONNRESET or EOF never goes back to the pool'),
  refined(
    '000.2',
    'At checkout, a connection that is idle for too long or that a probe finds closed is stale',
    'a reset while idle is found by ECONNRESET, and only once: the next call says EOF, so a probe must count any error, and one peek without waiting is enough',
  ),
  refined(
    '000.3',
    'Only a probe that finds nothing to read means healthy',
    'a byte that nobody asked for is no health: the probe must look at it and leave it, and a connection that has one is stale',
  ),
  confirmed('000.4', 'A stale connection is closed and counted, and the next one is taken'),
  confirmed(
    '000.5',
    'A failure during an exchange closes the connection and leads to exactly one retry on a new one',
  ),
  confirmed('000.6', 'When the retry succeeds, the caller sees success'),
  confirmed(
    '000.7',
    'When no retry is due or it fails too, the caller gets the error, and nothing is tried a third time',
  ),
  confirmed(
    '000.8',
    'Without the fix the dead connection is put back, and the next query fails on it too',
  ),
  confirmed('000.9', 'With the fix the log lines about failed writes are gone'),
  confirmed(
    '000.10',
    'After more than five idle minutes the connection is destroyed and a new one is made',
  ),
  // The limits of the pools.
  confirmed(
    '001.1',
    'At most ten connections to an upstream: a thousand users of three upstreams share thirty sockets',
  ),
  confirmed('001.2', 'The idle timeout of the pool is five minutes'),
  confirmed('001.3', 'A dial that nothing answers ends after the dial timeout'),
  refined(
    '001.4',
    'The first exchange pays for the connection; one that reuses it is ten times cheaper',
    'over loopback a handshake is one more round trip, so the first exchange takes two to four times as long as a later one, not ten; over the probe of the document a later one takes longer than the first. `make before-after` measures it',
  ),
  confirmed(
    '001.5',
    'When the pool is full, the connection that was used longest ago is reused, or the caller waits for a bounded time',
  ),
  confirmed(
    '001.6',
    'An exchange takes a connection, packs and sends, receives and unpacks, and notes when it was used',
  ),
  confirmed(
    '001.7',
    'The counters of a pool: address, network, active, total, most connections, idle timeout',
  ),
  confirmed(
    '001.8',
    'The log tells of a connection created, of a full pool, of idle ones cleaned, and of all closed',
  ),
  confirmed('001.9', 'close() closes every connection, and the manager closes every upstream'),
  confirmed(
    '001.10',
    'The pool for DNS over TLS behaves as the one for TCP, and verifies the certificate',
  ),
  confirmed('001.11', 'Over UDP one socket serves many queries, each with its own answer'),
  confirmed(
    '001.12',
    'Several upstreams are asked in parallel, in sequence or in a race; when none answers, that is one error',
  ),
  confirmed('001.13', 'Running out of ports or descriptors is not blamed on the upstream'),
  // MySQL.
  refined(
    '002.1',
    'A read error after the write makes an old driver say that the connection is bad: it is retried, and the caller sees nothing',
    'v1.3.0, with the two lines of the document: the read says EOF, and the COM_QUIT of its own close meets EPIPE. On a connection that an sql.Conn holds nothing is retried, and the caller gets "driver: bad connection"',
  ),
  refined(
    '002.2',
    'Only a bad connection is retried: twice on any connection, then once on a new one',
    'with database/sql of Go 1.26 and four dead idle connections, two are tried and then a new one is made. A connection that the probe finds bad uses up one of the two attempts. At the limit of connections the third attempt can be given a dead one as well, see W16',
  ),
  refined(
    '002.3',
    'A later driver does not retry it: the caller gets "invalid connection"',
    'v1.4.1, after a FIN: the system calls are those of v1.3.0. After an RST its write fails, nothing was sent, and it is retried: so a real MariaDB, which resets at its wait_timeout, makes no caller of v1.4.1 fail',
  ),
  refined(
    '002.4',
    'A still later driver looks before the first write: nothing to read is healthy, the end of file and bytes are not',
    '877a977 and v1.10.1: read says EAGAIN, EOF, or gives a byte, which is logged as "unexpected read from socket"; an RST is found as ECONNRESET. The dead connection is still written on: by the COM_QUIT of its close. A close after the probe is not found, and is "invalid connection"',
  ),
  confirmed('002.5', 'A connection that does not come fresh from the pool is not looked at'),
  confirmed('002.6', 'A server ends a connection that is idle for longer than its wait_timeout'),
  refined(
    '002.7',
    'On the wire: FIN at the timeout, the client in CLOSE_WAIT, the server in FIN_WAIT_2; a later query is written without an error and answered by RST',
    'the server is in FIN_WAIT_2 only when the ACK of its FIN has come, which may take 200 ms; a query before that carries the ACK, and the server is in FIN_WAIT_1. MariaDB 10.11 sends RST at its wait_timeout, not FIN',
  ),
  confirmed(
    '002.8',
    'A lifetime below the timeout of the server avoids it; none at all keeps connections for ever',
  ),
  refined(
    '002.9',
    'A retry that asks too little can execute a statement twice',
    'an INSERT that is executed and not answered: v1.3.0 executes it twice, each time, and tells its caller "OK 1"; v1.4.1, 877a977 and v1.10.1 execute it once and say "invalid connection"',
  ),
  // Sockets.
  confirmed(
    '003.1',
    'The peer reads all and closes: the first write succeeds and draws an RST, the next fails with EPIPE, a read says EOF',
  ),
  confirmed(
    '003.2',
    'The peer closes with bytes unread: the first call fails with ECONNRESET, after it reads say EOF and writes EPIPE',
  ),
  refined(
    '003.3',
    'A pool too small for its load: requests queue, waits grow, handles run out',
    'a queue alone is slow and no deadlock: it takes handlers that wait for a second connection while they hold one; the connections stay ESTABLISHED and silent, a limit on the wait turns the deadlock into errors, and one connection more than there are handlers ends it',
  ),
  // TCP states and tools.
  confirmed('004.1', 'Which TCP states each side passes through when the peer closes'),
  confirmed('004.2', 'The flags and sequence numbers of a handshake and of a close'),
  confirmed('004.3', 'How to see and count CLOSE_WAIT, and what makes it pile up'),
  refined(
    '004.4',
    'What makes a broken pipe: too few descriptors, or a caller that is gone before the response',
    'a caller that is gone makes the second write a broken pipe, or the first one after its RST; too few descriptors make EMFILE, for which no packet is sent',
  ),
  confirmed('004.5', 'What tells "broken pipe" from "reset by peer"'),
  refined(
    '004.6',
    'Questions about broken pipes: RST of a client, its timeout, load, the accept queue, a framework that closes before the response',
    'each has a scenario or a measurement in docs/answers.md; more connections raise the rate only as long as the server has room, and after that they raise the number of broken pipes',
  ),
  refined(
    '004.7',
    'The lines that tcpdump prints for all of this come from the capture',
    '`pipewrench explain --format tcpdump` prints the lines of `tcpdump -n -tttt -r`: tests compare them line by line',
  ),
];
