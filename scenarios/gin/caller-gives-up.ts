import {
  fetchUrl,
  outcome,
  scenario,
  serverErrors,
  serverLogged,
  serverLogs,
  swapped,
  underTest,
} from 'pipewrench';

/**
 * Document 004: "the client's response timeout of 5 s". Here it is 100 ms, and the handler takes 500 ms;
 * with 5 s and a handler of 6 s it is the same. In Go it is http.Client.Timeout, or the request's context.
 */
export default scenario({
  title: 'Gin: the HTTP client gives up at its timeout, and the server meets a broken pipe',
  claims: ['004.4', '004.6'],
  protocol: 'http',
  client: 'go-net-http',
  upstream: underTest('go-gin-server'),
  workload: [fetchUrl('GET', '/slow?ms=500', { withinMs: 100 }), serverLogged(/^\[GIN\].*\/slow/)],
  expect: [
    outcome(1).fails('TIMEOUT'),
    serverErrors(['EOF', 'RST', 'EPIPE']),
    serverLogs(/Error #01: .*write: broken pipe/, { times: 1 }),
  ],
  counter: swapped(underTest('go-gin-server', '-write-timeout=1ms'), [serverErrors(['EOF'])]),
});
