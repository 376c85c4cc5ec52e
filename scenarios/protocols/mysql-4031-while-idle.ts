import {
  answer,
  call,
  clientState,
  close,
  connections,
  errors,
  farewell,
  open,
  outcome,
  scenario,
  swapped,
  untilGate,
} from 'pipewrench';

/** Packet 1: protocol 4.1, user `root`, no password, mysql_native_password. */
const login = `\x3c\0\0\x01\x01\x82\x08\0\0\0\0\x01\x21${'\0'.repeat(23)}root\0\0mysql_native_password\0`;
/** Packet 0: COM_PING. */
const ping = '\x01\0\0\0\x0e';
/** Packet 0: ERR 4031 (ER_CLIENT_INTERACTION_TIMEOUT), which is 0x0fbf, SQLSTATE HY000. */
const farewellPacket =
  '\x91\0\0\0\xff\xbf\x0f#HY000The client was disconnected by the server because of inactivity. ' +
  'See wait_timeout and interactive_timeout for configuring this behavior.';

/** Of MySQL from 8.0.24 on. A probe that looks for EOF alone finds bytes, and calls them healthy. */
export default scenario({
  title: 'a MySQL server says ERR 4031 at its wait_timeout, and closes: bytes are there, not EOF',
  claims: ['F16', '002.6', 'W16'],
  protocol: 'mysql',
  client: 'raw',
  upstream: connections([answer(1), untilGate('wait_timeout'), farewell(), close()]),
  workload: [
    call.connect(),
    call.recv(1000),
    call.send(login),
    call.recv(1000),
    call.send(ping),
    call.recv(1000),
    open('wait_timeout'),
    clientState('CLOSE_WAIT'),
    call.peek(),
    call.send(ping),
    call.recv(1000),
  ],
  expect: [
    outcome(7).answered('data'),
    outcome(8).answered(),
    outcome(9).answered(farewellPacket),
    errors(['RST']),
  ],
  counter: swapped(connections([answer(1), untilGate('wait_timeout'), close()]), [
    outcome(7).fails('EOF'),
  ]),
});
