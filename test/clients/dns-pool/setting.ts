/** A pool, its upstream and what they published, unwound when the test ends. */
import {
  DnsPool,
  DnsPoolError,
  type DnsPoolOptions,
  type RequestOptions,
} from '../../../clients/dns-pool/index.ts';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { until } from '../../support/turns.ts';
import { type Recorder, record } from './recorder.ts';
import {
  answer,
  type OnQuery,
  openUpstream,
  type Query,
  type Upstream,
  type UpstreamConnection,
} from './upstream.ts';

interface Unwinds {
  teardown(run: () => Promise<void>): void;
}

export interface Setting {
  upstream: Upstream;
  pool: DnsPool;
  recorder: Recorder;
  /** The answer's address. */
  ask(name: string, options?: RequestOptions): Promise<string>;
  /** The answer's rcode. */
  update(name: string): Promise<string | undefined>;
}

export async function set(
  t: Unwinds,
  onQuery: OnQuery = answer,
  options: DnsPoolOptions = {},
): Promise<Setting> {
  const certificate = options.network === 'tls' ? await certificateOf('valid') : undefined;
  const upstream = await openUpstream(onQuery, 0, certificate);
  const recorder = record();
  const tls = certificate && { servername: 'upstream.test', ca: certificate.ca };
  const { host, port } = upstream;
  const pool = new DnsPool({ host, port, ...(tls && { tls }), ...options });
  t.teardown(async () => {
    await pool.close();
    recorder.stop();
    await upstream.close();
  });
  const ask = async (name: string, queryOptions?: RequestOptions) => {
    const { answers = [] } = await pool.query({ name, type: 'A' }, queryOptions);
    return answers.map((record) => ('data' in record ? String(record.data) : '')).join(' ');
  };
  const update = async (name: string) => (await pool.update({ name, data: '192.0.2.1' })).rcode;
  return { upstream, pool, recorder, ask, update };
}

/** The error a request fails with. Throws when it does not fail, or with something else. */
export async function failure(request: Promise<unknown>): Promise<DnsPoolError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof DnsPoolError) return error;
    throw error;
  }
  throw new Error('expected the request to fail, got an answer');
}

/** An upstream that keeps its queries until the test answers them. */
export function holding(): {
  onQuery: OnQuery;
  held: Held[];
  holds(...names: string[]): Promise<void>;
} {
  const held: Held[] = [];
  return {
    held,
    onQuery: (query, connection) => {
      held.push({ query, connection, answer: () => answer(query, connection) });
    },
    holds: (...names) =>
      until(`the upstream has got ${names.join(' and ')}`, () =>
        names.every((name) => held.some(({ query }) => query.name === name)),
      ),
  };
}

export interface Held {
  query: Query;
  connection: UpstreamConnection;
  answer(): void;
}

/** Fills the pool with idle connections: the upstream answers when all of these are in flight. */
export function answerTogether(count: number): OnQuery {
  let held: (() => void)[] = [];
  let isOpen = false;
  return (query, connection) => {
    if (isOpen) {
      answer(query, connection);
      return;
    }
    held.push(() => answer(query, connection));
    if (held.length < count) return;
    isOpen = true;
    for (const release of held) release();
    held = [];
  };
}
