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
 * Document 004: "the caller disconnects before it has the response". The first write is accepted and
 * draws an RST, the second one is the broken pipe; Gin's recovery logs it.
 */
export default scenario({
  title: 'Gin: the caller closes before the response, and the second write is a broken pipe',
  claims: ['004.4', '004.5', '004.6'],
  protocol: 'http',
  client: 'raw',
  upstream: underTest('go-gin-server'),
  workload: [
    call.connect(),
    call.send('GET /slow?ms=300 HTTP/1.1\r\nHost: upstream.test\r\nConnection: close\r\n\r\n'),
    serverLogged(/^request/),
    call.close(),
    serverLogged(/^\[GIN\].*\/slow/),
  ],
  expect: [
    serverErrors(['EOF', 'RST', 'EPIPE']),
    serverLogs(/Error #01: .*write: broken pipe/, { times: 1 }),
    serverLogs(/connection reset by peer/, { times: 0 }),
  ],
  // A server that stops writing on its own, before the caller is missed.
  counter: swapped(underTest('go-gin-server', '-write-timeout=1ms'), [
    serverErrors(['EOF']),
    serverLogs(/panic recovered:\nwrite .*i\/o timeout/, { times: 1 }),
  ]),
});
