/** A server under test, as an upstream: what a scenario says of it, in data. */
import { z } from 'zod';

const schema = z.strictObject({ underTest: z.string().min(1), flags: z.array(z.string()) });
export type ServerUnderTest = z.infer<typeof schema>;

/**
 * A real server that the client connects to itself, with no script between: what it does about a client
 * that breaks the connection is what the scenario is about.
 * @param flags Of its command: `underTest('go-gin-server', '-write-timeout=50ms')`.
 */
export const underTest = (server: string, ...flags: string[]): ServerUnderTest => ({
  underTest: server,
  flags,
});

export const isServerUnderTest = (script: unknown): script is ServerUnderTest =>
  schema.safeParse(script).success;

export const explainServer = ({ underTest: server, flags }: ServerUnderTest): string =>
  `server under test: ${[server, ...flags].join(' ')}`;
