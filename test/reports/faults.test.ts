import t from 'tap';
import { coveredClaims } from '../../reports/claims.ts';
import { type FaultTable, faultTables } from '../../reports/faults.ts';
import { clauses, friendlyRun, scenarios } from './fixture.ts';

const told = ({ protocol, clients, rows }: FaultTable) => ({
  protocol,
  clients,
  rows: rows.map(({ id, text, cells }) => [
    id === '' ? text : `${id} ${text}`,
    ...cells.map((cell) =>
      cell.map(({ response, encounters }) => `${response} ${encounters.length}`).join(', '),
    ),
  ]),
});

t.test(
  'each client that met a fault has a cell; a counter client of the same script too',
  async (t) => {
    t.strictSame(faultTables(friendlyRun.scenarios, clauses).map(told), [
      {
        protocol: 'dns-tcp',
        clients: ['dns-pool', 'naive-dns-pool'],
        rows: [
          ['F1 FIN on an idle connection', 'transparent 1', 'poisoned 1'],
          ['close the connection (FIN)', 'transparent 1', ''],
          ['reset the connection (RST)', 'surfaced 1', ''],
        ],
      },
    ]);
  },
);

t.test(
  'a client without a policy makes nothing of a fault, and no fault makes no table',
  async (t) => {
    t.strictSame(faultTables([scenarios.raw], clauses), []);
    const [main] = scenarios.fail.executions;
    if (!main) throw new Error('the fixture has an execution');
    const whole = { ...scenarios.fail, executions: [{ ...main, receipts: [] }] };
    t.strictSame(faultTables([whole], clauses), []);
  },
);

t.test('what a client made of one fault in several scenarios, the worst first', async (t) => {
  const [main] = scenarios.pass.executions;
  if (!main) throw new Error('the fixture has an execution');
  const hung = { ...scenarios.pass, executions: [{ ...main, faultResponse: 'hung' as const }] };
  const [table] = faultTables([scenarios.pass, hung, scenarios.pass], clauses);
  t.equal(table && told(table).rows[0]?.[1], 'hung 1, transparent 2');
});

t.test('clauses in their order, then those of scenarios; the worst verdict counts', async (t) => {
  const own = { ...scenarios.fail, claims: ['my-1', 'F1', 'F1'] };
  t.strictSame(
    coveredClaims([scenarios.pass, own], clauses).map(({ id, text, verdict, scenarios: by }) => [
      id,
      text === '' ? 'own' : 'known',
      verdict,
      by.length,
    ]),
    [
      ['000.2', 'known', 'pass', 1],
      ['F1', 'known', 'fail', 2],
      ['000.4', 'own', 'pass', 1],
      ['my-1', 'own', 'fail', 1],
    ],
  );
});
