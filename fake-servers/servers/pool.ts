/** The real servers of a run: each is started once, and ended with the run. */
import { type ServerName, serverKinds } from './kinds.ts';
import { type RealServer, startServer } from './start.ts';

export function serverPool() {
  const started = new Map<ServerName, Promise<RealServer>>();
  const running = new Map<ServerName, RealServer>();
  return {
    /** Throws an Error with what the server said when it does not start. */
    async start(name: ServerName): Promise<void> {
      const starting = started.get(name) ?? startServer(serverKinds[name]);
      started.set(name, starting);
      running.set(name, await starting);
    },
    running: (name: ServerName) => running.get(name),
    async stop(): Promise<void> {
      const all = [...started.values()];
      started.clear();
      running.clear();
      for (const server of await Promise.allSettled(all)) {
        if (server.status === 'fulfilled') await server.value.stop();
      }
    },
  };
}
