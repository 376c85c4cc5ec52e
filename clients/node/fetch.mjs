/** The fetch of Node, with the agent that it has by itself. */
import { fetchOf, hello } from './http.mjs';
import { known, run } from './line-protocol.mjs';

/** Under which Node keeps the agent of fetch. */
const agentKey = Symbol.for('undici.globalDispatcher.1');
// Makes Node load its copy of undici.
await fetch('data:,');
const Agent = globalThis[agentKey].constructor;

function open(target, settings) {
  const agent = new Agent(known(settings, []));
  return {
    async request(operation, signal) {
      const { url, method, body } = fetchOf(operation, target);
      const response = await fetch(url, { dispatcher: agent, method, body, signal });
      return `${response.status} ${await response.text()}`;
    },
    stats: () => ({}),
    close: () => agent.destroy(),
  };
}

run(hello('node-fetch', 'fetch of Node'), open);
