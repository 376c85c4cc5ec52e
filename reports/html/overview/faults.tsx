/** Clients by faults, a table for each protocol: what each client made of each fault. */
import type { Cell, Encounter, FaultTable } from '../../faults.ts';
import { printable } from '../../text/printable.ts';
import type { Places } from '../places.ts';

const linkTo = ({ scenario, execution }: Encounter, places: Places) =>
  execution.name === 'main'
    ? places.scenario(scenario)
    : places.execution(scenario, execution.name);

/** More encounters than these are counted. */
const linkedMax = 6;

function Met({ cell, places }: { cell: Cell; places: Places }) {
  return (
    <>
      {cell.map(({ response, encounters: [first, ...others] }) =>
        first === undefined ? null : (
          <span class="met">
            <a
              class={`response ${response}`}
              href={linkTo(first, places)}
              title={printable(first.scenario.title)}
            >
              {response}
            </a>
            {others.slice(0, linkedMax - 1).map((encounter, index) => (
              <a
                class="again"
                href={linkTo(encounter, places)}
                title={printable(encounter.scenario.title)}
                aria-label={`${response}, scenario ${index + 2}`}
              >
                {index + 2}
              </a>
            ))}
            {others.length >= linkedMax && <small>{`+${others.length - linkedMax + 1}`}</small>}
          </span>
        ),
      )}
    </>
  );
}

function OneProtocol({ table, places }: { table: FaultTable; places: Places }) {
  return (
    <section class="matrix" tabindex={0} aria-label={`faults over ${table.protocol}`}>
      <table>
        <caption>{table.protocol}</caption>
        <thead>
          <tr>
            <th scope="col">fault</th>
            {table.clients.map((client) => (
              <th scope="col">{client}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr>
              <th scope="row">
                {row.id !== '' && <b>{row.id}</b>} {row.text}
              </th>
              {row.cells.map((cell) => (
                <td>
                  <Met cell={cell} places={places} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Faults(props: { tables: readonly FaultTable[]; places: Places }) {
  const { tables, places } = props;
  return (
    <section id="faults">
      <h2>Clients and faults</h2>
      <p class="lead">
        What each client made of each fault, the worst first. A name leads to the scenario that
        shows it; clients that were run to prove that a scenario can fail are among them.
      </p>
      {tables.map((table) => (
        <OneProtocol table={table} places={places} />
      ))}
    </section>
  );
}
