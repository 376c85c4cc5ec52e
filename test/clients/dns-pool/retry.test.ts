/** The rule alone; `exchange.test.ts` has what becomes of it. */
import t from 'tap';
import { DnsPoolError } from '../../../clients/dns-pool/errors.ts';
import { encodeQuery, encodeUpdate } from '../../../clients/dns-pool/message.ts';
import { PendingRequest } from '../../../clients/dns-pool/pending-request.ts';
import { isRetryDue } from '../../../clients/dns-pool/retry.ts';

interface Case {
  isQuery: boolean;
  isUnsent: boolean;
  attempts: number;
  isSettled: boolean;
  hasEverAnswered: boolean;
}

function isDue({ isQuery, isUnsent, attempts, isSettled, hasEverAnswered }: Case): boolean {
  const encoded = isQuery
    ? encodeQuery({ name: 'a.example', type: 'A' })
    : encodeUpdate({ name: 'a.example', data: '192.0.2.1' });
  const ignore = () => {};
  const request = new PendingRequest(encoded, ignore, ignore);
  const error = new DnsPoolError('eof', 'EOF', 'the upstream closed', { isUnsent });
  request.attempts = attempts;
  if (isSettled) request.fail(error);
  return isRetryDue({ request, isUnsent, error: () => error }, hasEverAnswered);
}

const lost: Case = {
  isQuery: true,
  isUnsent: false,
  attempts: 1,
  isSettled: false,
  hasEverAnswered: true,
};

const cases: [what: string, changes: Partial<Case>, isDue: boolean][] = [
  ['a query on a connection that has answered (F8)', {}, true],
  ['a query on one that never has (F10)', { hasEverAnswered: false }, false],
  ['an update (F7)', { isQuery: false }, false],
  ['a query that was not sent (F9)', { isUnsent: true, hasEverAnswered: false }, true],
  [
    'an update that was not sent (F9)',
    { isQuery: false, isUnsent: true, hasEverAnswered: false },
    true,
  ],
  ['a query sent again (F30)', { attempts: 2 }, false],
  ['one sent again, unsent that time', { attempts: 2, isUnsent: true }, false],
  ['one that nobody waits for', { isSettled: true }, false],
];

for (const [what, changes, expected] of cases) {
  t.test(`${what}: ${expected ? 'once more' : 'not again'}`, async (t) => {
    t.equal(isDue({ ...lost, ...changes }), expected);
  });
}
