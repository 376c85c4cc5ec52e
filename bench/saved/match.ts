/** Whether each query that was lost with a connection was saved, or was one that may not be. */
import type { Kill } from './kills.ts';

export interface Attempt {
  /** `client:port->upstream:port` */
  connection: string;
  /** Nothing had been answered on it when this was sent. */
  isFirst: boolean;
}

/** A query that was sent more than once, or failed. */
export interface Trouble {
  name: string;
  attempts: readonly Attempt[];
  /** Undefined when it was answered in the end. */
  failure: { class: string; message: string } | undefined;
}

export interface Match {
  trouble: Trouble;
  /** For each attempt that failed, in order; undefined where the upstream killed no such connection. */
  kills: readonly (Kill | undefined)[];
  /**
   * `saved`: answered at the second attempt. `second failure` and `first of a fresh connection`: the rule
   * does not save it. `sent again for nothing`: a fresh connection's first, which may not go again.
   * `unexplained`: the rule does save it, or nobody killed the connection.
   */
  verdict:
    | 'saved'
    | 'second failure'
    | 'first of a fresh connection'
    | 'sent again for nothing'
    | 'unexplained';
  /** Of the failed attempts, those whose name is in the upstream's log of the connection's end. */
  namesLogged: number;
}

/** At most one kill for each connection. */
export function matchAll(troubles: readonly Trouble[], kills: readonly Kill[]): Match[] {
  const killsByConnection = new Map(kills.map((kill) => [kill.connection, kill]));
  return troubles.map((trouble) => match(trouble, killsByConnection));
}

function match(trouble: Trouble, killsByConnection: ReadonlyMap<string, Kill>): Match {
  const { attempts, failure, name } = trouble;
  const failed = failure ? attempts : attempts.slice(0, -1);
  const kills = failed.map(({ connection }) => killsByConnection.get(connection));
  const namesLogged = kills.filter((kill) => kill?.aboard.includes(name)).length;
  return { trouble, kills, verdict: verdictOf(trouble, kills), namesLogged };
}

const losses: ReadonlySet<string> = new Set(['reset', 'eof', 'broken-pipe']);

function verdictOf(
  { name, attempts, failure }: Trouble,
  kills: readonly (Kill | undefined)[],
): Match['verdict'] {
  if (kills.includes(undefined) || kills.length === 0) return 'unexplained';
  const [first] = attempts;
  const isFirstLost = first?.isFirst === true && kills[0]?.answered === 0;
  // What the upstream has not seen may go again, fresh or not.
  const wasSeen = kills[0]?.aboard.includes(name) === true;
  if (attempts.length > 1 && isFirstLost && wasSeen) return 'sent again for nothing';
  if (!failure) return attempts.length === 2 ? 'saved' : 'unexplained';
  if (!losses.has(failure.class)) return 'unexplained';
  if (attempts.length === 2) return 'second failure';
  return attempts.length === 1 && isFirstLost ? 'first of a fresh connection' : 'unexplained';
}
