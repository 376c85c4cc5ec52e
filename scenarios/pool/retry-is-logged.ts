import {
  against,
  answer,
  answerAll,
  close,
  connections,
  everyRequest,
  logged,
  outcome,
  pool,
  request,
  scenario,
  swallow,
} from 'pipewrench';

/** What went wrong is told once, as a warning; that no server answered is not true and not said. */
export default scenario({
  title: 'a retry that succeeds leaves one warning in the log, and no failed query',
  claims: ['000.5', '000.9'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    everyRequest('answered'),
    logged(/TCP 连接被远端关闭 \(broken pipe\)，销毁连接并重试/, { times: 1 }),
    logged(/上游查询失败|所有服务器都失败/, { times: 0 }),
    pool({ retries: 1 }),
  ],
  counter: against('naive-dns-pool', [
    outcome(2).fails('EOF'),
    logged(/上游查询失败|所有服务器都失败/, { times: 2 }),
  ]),
});
