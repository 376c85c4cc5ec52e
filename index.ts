/** What a scenario is written with. */
import type { Script } from './fake-servers/several.ts';
import type { Scenario, ScenarioInput } from './harness/scenario.ts';
import { parseScenario } from './harness/scenario.ts';
import type { ServerUnderTest } from './harness/server-under-test.ts';

export { fullBacklogUntil, type ListenerPhase, refuseUntil } from './fake-servers/listener.ts';
export {
  connections,
  inFrontOf,
  listener,
  times,
  type UpstreamScript,
} from './fake-servers/script.ts';
export { alsoOverTcp, type SeveralUpstreams, several } from './fake-servers/several.ts';
export {
  announceIdle,
  answer,
  answerAll,
  answerReversed,
  answerTwice,
  answerWrongId,
  certificate,
  close,
  closeNotify,
  comeBack,
  corrupt,
  delay,
  drip,
  farewell,
  halfClose,
  push,
  read,
  reset,
  resumeReading,
  type Step,
  send,
  sendResponse,
  serverCloses,
  serveUntil,
  stopReading,
  swallow,
  truncate,
  untilGate,
  untilIdle,
  vanish,
} from './fake-servers/step.ts';
export type { Client, ClientDriver, Clock } from './harness/client.ts';
export {
  type ClientEvent,
  clientChannelName,
  type Operation,
  type Unstamped,
} from './harness/event.ts';
export {
  attempts,
  breaks,
  calls,
  connectionsIn,
  connectionsOpened,
  type Expectation,
  errors,
  everyRequest,
  executed,
  kernelStates,
  logged,
  outcome,
  packets,
  pool,
  serverErrors,
  serverLogs,
  someRequestFails,
} from './harness/expect/expectation.ts';
export { against, configured, type Scenario, swapped } from './harness/scenario.ts';
export { type ServerUnderTest, underTest } from './harness/server-under-test.ts';
export {
  advance,
  begin,
  call,
  cancel,
  clientState,
  closeClient,
  command,
  fetchUrl,
  fired,
  limitDescriptors,
  open,
  pauseClient,
  type RequestStep,
  request,
  resumeClient,
  said,
  serverLogged,
  settled,
  stall,
  statement,
  together,
  untilState,
  update,
  type WorkloadStep,
} from './harness/workload.ts';

/** Checks and completes a scenario. Throws NotAScenario, which says what is missing. */
export function scenario(input: ScenarioInput<Script | ServerUnderTest>): Scenario {
  return parseScenario(input);
}
