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

/** Version 3.0, user and database postgres. */
const startup = '\0\0\0)\0\x03\0\0user\0postgres\0database\0postgres\0\0';
/** A simple query. */
const query = 'Q\0\0\0\x0dSELECT 1\0';
/** ErrorResponse: severity FATAL, SQLSTATE 57P01 (admin_shutdown). */
const fatal =
  'E\0\0\0OSFATAL\0VFATAL\0C57P01\0' + 'Mterminating connection due to administrator command\0\0';

export default scenario({
  title: 'a PostgreSQL server says FATAL 57P01 while the connection is idle, and closes it',
  claims: ['F16'],
  protocol: 'postgres',
  client: 'raw',
  upstream: connections([answer(1), untilGate('terminate'), farewell(), close()]),
  workload: [
    call.connect(),
    call.send(startup),
    call.recv(1000),
    call.send(query),
    call.recv(1000),
    open('terminate'),
    clientState('CLOSE_WAIT'),
    call.peek(),
    call.send(query),
    call.recv(1000),
  ],
  expect: [
    outcome(6).answered('data'),
    outcome(7).answered(),
    outcome(8).answered(fatal),
    errors(['RST']),
  ],
  counter: swapped(connections([answer(1), untilGate('terminate'), close()]), [
    outcome(6).fails('EOF'),
  ]),
});
