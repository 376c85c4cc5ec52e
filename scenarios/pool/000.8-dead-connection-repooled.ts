import {
  against,
  answer,
  answerAll,
  breaks,
  clientState,
  close,
  connections,
  errors,
  everyRequest,
  fired,
  logged,
  outcome,
  request,
  scenario,
  untilIdle,
} from 'pipewrench';

const writeFailed =
  /上游查询失败: write failed: write tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+: write: broken pipe/;

/** The log of document 000, before its fix: one dead connection fails query after query. */
export default scenario({
  title: 'the log of document 000: a dead connection is put back and fails the next query too',
  claims: ['000.8', '000.9'],
  protocol: 'dns-tcp',
  client: 'naive-dns-pool',
  upstream: connections([answer(1), untilIdle({ ms: 20 }), close()], [answerAll()]),
  workload: [
    request('a.example'),
    fired('close'),
    clientState('CLOSE_WAIT'),
    request('b.example'),
    clientState('CLOSED'),
    request('c.example'),
  ],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('EPIPE'),
    outcome(3).fails('EPIPE'),
    errors(['RST', 'EPIPE', 'EPIPE']),
    logged(writeFailed, { times: 2 }),
    logged(/所有服务器都失败/, { times: 2 }),
    breaks('one-failure-per-dead-connection'),
    breaks('dead-connections-stay-out'),
  ],
  counter: against('dns-pool', [everyRequest('answered'), logged(/write failed/, { times: 0 })]),
});
