import {
  against,
  answerAll,
  closeClient,
  connections,
  errors,
  everyRequest,
  logged,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

/** The harness closes a third time at the end. */
export default scenario({
  title: 'the pool is closed twice: the second time nothing happens',
  claims: ['001.9', 'F32', 'W13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [together(request('a.example'), request('b.example')), closeClient(), closeClient()],
  expect: [
    everyRequest('answered'),
    logged(/关闭所有连接到 127\.0\.0\.1:\d+ \(tcp\)/, { times: 1 }),
    pool({ active: 0, idle: 0, created: 2, destroyed: 2 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [
    everyRequest('answered'),
    logged(/关闭所有连接到/, { times: 0 }),
  ]),
});
