/** http.Agent as Node's global agent is set. */
import { Agent, request } from 'node:http';
import { fetchOf, hello } from './http.mjs';
import { known, run } from './line-protocol.mjs';

const settingNames = ['maxSockets', 'maxTotalSockets', 'maxFreeSockets', 'scheduling', 'timeout'];

function open(target, settings) {
  const ofGlobalAgent = { keepAlive: true, scheduling: 'lifo', timeout: 5000 };
  const agent = new Agent({ ...ofGlobalAgent, ...known(settings, settingNames) });
  let reused = 0;

  function ask({ url, method, body }, signal) {
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent, method, signal }, (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.on('socket', () => {
        if (sent.reusedSocket) reused += 1;
      });
      sent.end(body ?? undefined);
    });
  }

  const count = (lists) => Object.values(lists).flat().length;
  return {
    request: async (operation, signal) => ask(fetchOf(operation, target), signal),
    stats: () => ({
      reused,
      free: count(agent.freeSockets),
      inUse: count(agent.sockets),
      waiting: count(agent.requests),
    }),
    close: async () => agent.destroy(),
  };
}

run(hello('node-http-agent', 'http.Agent of Node, set as the global agent'), open);
