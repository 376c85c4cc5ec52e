/** The commands of a MySQL client, "Command Phase" in the MySQL source documentation. */
import { MalformedMessage } from '../protocol.ts';
import { PacketReader } from './reader.ts';

export type Command =
  | { kind: 'quit' }
  | { kind: 'init-db'; database: string }
  | { kind: 'query'; text: string }
  | { kind: 'ping' }
  | { kind: 'prepare'; text: string }
  /** `parameters` can be read when the statement is known. */
  | { kind: 'execute'; statementId: number; parameters: PacketReader }
  | { kind: 'long-data'; statementId: number; parameter: number; bytes: Buffer }
  | { kind: 'close-statement'; statementId: number }
  | { kind: 'reset-statement'; statementId: number }
  | { kind: 'reset-connection' }
  | { kind: 'set-option'; hasMultiStatements: boolean }
  | { kind: 'unknown'; code: number };

/** Throws a MalformedMessage. */
export function parseCommand(payload: Buffer): Command {
  if (payload.length === 0) throw new MalformedMessage('expected a command, got an empty packet');
  const reader = new PacketReader(payload);
  const code = reader.unsigned(1);
  return parsers[code]?.(reader) ?? { kind: 'unknown', code };
}

const parsers: Record<number, (reader: PacketReader) => Command> = {
  1: () => ({ kind: 'quit' }),
  2: (reader) => ({ kind: 'init-db', database: reader.rest().toString() }),
  3: (reader) => ({ kind: 'query', text: reader.rest().toString() }),
  14: () => ({ kind: 'ping' }),
  22: (reader) => ({ kind: 'prepare', text: reader.rest().toString() }),
  23: (reader) => {
    const statementId = reader.unsigned(4);
    // The kind of cursor, which a server may ignore, and a count that is always 1.
    reader.bytes(1 + 4);
    return { kind: 'execute', statementId, parameters: reader };
  },
  24: (reader) => ({
    kind: 'long-data',
    statementId: reader.unsigned(4),
    parameter: reader.unsigned(2),
    bytes: reader.rest(),
  }),
  25: (reader) => ({ kind: 'close-statement', statementId: reader.unsigned(4) }),
  26: (reader) => ({ kind: 'reset-statement', statementId: reader.unsigned(4) }),
  27: (reader) => ({ kind: 'set-option', hasMultiStatements: reader.unsigned(2) === 0 }),
  31: () => ({ kind: 'reset-connection' }),
};
