import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  logged,
  pool,
  request,
  reset,
  scenario,
  times,
  together,
} from 'pipewrench';

/**
 * All ten connections are taken when the eleventh query comes, so it waits. Answer and RST are both in the
 * kernel when an answer is read: whoever is lent the connection next must look.
 */
export default scenario({
  title: 'a connection is reset with its answer while a query waits for it: it is not sent on it',
  claims: ['000.2', '001.5', 'W9'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(...times(10, [answer(1), reset()]), [answerAll()]),
  workload: [
    together(...Array.from({ length: 11 }, (_, index) => request(`q${index + 1}.example`))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(11),
    logged(/销毁连接并重试/, { times: 0 }),
    pool({ created: 11, errors: 0, retries: 0 }),
  ],
  counter: against('documented-dns-pool', [
    everyRequest('answered'),
    logged(/销毁连接并重试/, { times: 1 }),
  ]),
});
