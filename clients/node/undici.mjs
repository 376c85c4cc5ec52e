/** The agent of undici. */
import { Agent, request } from 'undici';
import { fetchOf, hello } from './http.mjs';
import { known, run } from './line-protocol.mjs';

const settingNames = [
  ...['connections', 'pipelining', 'keepAliveTimeout', 'keepAliveMaxTimeout', 'clientTtl'],
  ...['keepAliveTimeoutThreshold', 'headersTimeout', 'bodyTimeout', 'connectTimeout'],
];

function open(target, settings) {
  const agent = new Agent(known(settings, settingNames));
  const counted = { connect: 0, disconnect: 0 };
  for (const event of Object.keys(counted)) {
    agent.on(event, () => {
      counted[event] += 1;
    });
  }
  return {
    async request(operation, signal) {
      const { url, method, body } = fetchOf(operation, target);
      const response = await request(url, { dispatcher: agent, method, body, signal });
      return `${response.statusCode} ${await response.body.text()}`;
    },
    stats: () => ({ connects: counted.connect, disconnects: counted.disconnect }),
    close: () => agent.destroy(),
  };
}

run(hello('node-undici', 'the agent of undici 7.30.2'), open);
