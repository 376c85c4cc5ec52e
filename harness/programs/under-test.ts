/** Upstreams that are servers under test, beside those that play scripts. */

import type { TapOrWhyNot } from '../recorders/syscalls-tap.ts';
import { explainServer, isServerUnderTest, type ServerUnderTest } from '../server-under-test.ts';
import type { RunningScript, UpstreamDriver } from '../upstream.ts';
import type { Builder } from './builder.ts';
import { type Hearing, type ServerProgram, startServerProgram } from './server-program.ts';

interface Having {
  /** Names of the servers there are. */
  servers: readonly string[];
  build: Builder;
  /** Asked for when the first server is started. */
  tap: () => TapOrWhyNot;
}

/** The same driver, which runs servers under test too: each execution has a process of its own. */
export function withServersUnderTest(
  driver: UpstreamDriver,
  { servers, build, tap }: Having,
): UpstreamDriver {
  /** Started by `prepare` for the execution that comes next. */
  let prepared: { server: ServerProgram; hear: (hearing: Hearing) => void } | undefined;

  const commandOf = async ({ underTest: name, flags }: ServerUnderTest) => {
    const built = await build(name);
    if ('unavailable' in built) throw new Error(`${name} cannot be had: ${built.unavailable}`);
    return [...built.command, ...flags];
  };
  const endPrepared = async () => {
    const ending = prepared;
    prepared = undefined;
    await ending?.server.stop();
  };

  return {
    ...driver,
    async prepare(script) {
      if (!isServerUnderTest(script)) return driver.prepare(script);
      await endPrepared();
      const heard = later();
      const server = await startServerProgram(await commandOf(script), {
        tap: tap(),
        hearing: heard,
      });
      prepared = { server, hear: heard.listen };
    },
    start(script, protocol, record, options) {
      if (!isServerUnderTest(script)) return driver.start(script, protocol, record, options);
      if (!prepared) throw new Error(`${script.underTest} was not started`);
      const { server, hear } = prepared;
      prepared = undefined;
      hear({
        onLog: (text) => record({ source: 'upstream', type: 'log', text }),
        onBroken: (reason) => record({ source: 'upstream', type: 'failed', reason }),
      });
      return runningServer(server, protocol);
    },
    async release() {
      await endPrepared();
      await driver.release();
    },
    async whyNotHere(script) {
      if (!isServerUnderTest(script)) return driver.whyNotHere(script);
      return commandOf(script).then(
        () => undefined,
        (error: Error) => error.message,
      );
    },
    authority: (protocol) => driver.authority(protocol),
    // What it can be told is how to fail.
    withoutFaults: (script) =>
      isServerUnderTest(script) ? { ...script, flags: [] } : driver.withoutFaults(script),
    explain: (script) =>
      isServerUnderTest(script) ? [explainServer(script)] : driver.explain(script),
    isUnderTest: isServerUnderTest,
    forwards: (script) => isServerUnderTest(script) || driver.forwards(script),
    namesIn: (script) =>
      isServerUnderTest(script) ? { gates: [], steps: [] } : driver.namesIn(script),
    whyNotAScript(value) {
      if (!isServerUnderTest(value)) return driver.whyNotAScript(value);
      if (servers.includes(value.underTest)) return undefined;
      return `there is no server "${value.underTest}"; there are: ${servers.join(', ')}`;
    },
  };
}

function runningServer(
  { address, stop, systemCalls }: ServerProgram,
  protocol: string,
): RunningScript {
  return {
    address,
    endpoints: [{ ...address, transport: 'tcp', protocol }],
    // It has no script, so it has no gates.
    openGate: async () => {},
    openGateNow: () => {},
    stop,
    systemCalls,
  };
}

/** What is heard before there is anybody to tell is told to whoever comes. */
function later(): Hearing & { listen: (hearing: Hearing) => void } {
  const missed: ((hearing: Hearing) => void)[] = [];
  let listener: Hearing | undefined;
  const tell = (what: (hearing: Hearing) => void) => {
    if (listener) what(listener);
    else missed.push(what);
  };
  return {
    onLog: (text) => tell((hearing) => hearing.onLog(text)),
    onBroken: (why) => tell((hearing) => hearing.onBroken(why)),
    listen(hearing) {
      listener = hearing;
      for (const what of missed.splice(0)) what(hearing);
    },
  };
}
