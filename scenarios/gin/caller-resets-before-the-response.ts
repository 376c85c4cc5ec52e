import {
  call,
  scenario,
  serverErrors,
  serverLogged,
  serverLogs,
  swapped,
  underTest,
} from 'pipewrench';

/**
 * Document 004: "what is it when the client returns RST". Its reader is told "connection reset by peer",
 * once; after that the connection is gone, and the first write is a broken pipe already.
 */
export default scenario({
  title: 'Gin: the caller answers with RST, and the first write is a broken pipe',
  claims: ['004.5', '004.6'],
  protocol: 'http',
  client: 'raw',
  upstream: underTest('go-gin-server'),
  workload: [
    call.connect(),
    call.send('GET /slow?ms=300 HTTP/1.1\r\nHost: upstream.test\r\nConnection: close\r\n\r\n'),
    serverLogged(/^request/),
    call.reset(),
    serverLogged(/^\[GIN\].*\/slow/),
  ],
  expect: [
    serverErrors(['RST', 'ECONNRESET', 'EPIPE']),
    serverLogs(/Error #01: .*write: broken pipe/, { times: 1 }),
  ],
  counter: swapped(underTest('go-gin-server', '-write-timeout=1ms'), [
    serverErrors(['RST', 'ECONNRESET']),
    serverLogs(/panic recovered:\nwrite .*i\/o timeout/, { times: 1 }),
  ]),
});
