import {
  against,
  answer,
  answerAll,
  close,
  connections,
  everyRequest,
  fired,
  logged,
  open,
  outcome,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

/** At the end the harness closes the client, so the last line is there too. */
export default scenario({
  title: 'the log tells of a connection made, found closed, made again, and of the end',
  claims: ['000.4', '001.8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('close'), close()], [answerAll()]),
  workload: [request('a.example'), open('close'), fired('close'), request('b.example')],
  expect: [
    everyRequest('answered'),
    logged(/创建新连接到 127\.0\.0\.1:\d+ \(tcp\)，当前连接数: 1\/10/, { times: 2 }),
    logged(/TCP 连接已过期或被远端关闭，销毁并重新获取: 127\.0\.0\.1:\d+/, { times: 1 }),
    logged(/关闭所有连接到 127\.0\.0\.1:\d+ \(tcp\)/, { times: 1 }),
  ],
  counter: against('naive-dns-pool', [
    outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF'),
    logged(/连接已过期或被远端关闭/, { times: 0 }),
  ]),
});
