/** A real unbound with one thread that knows every name by itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerKind, serverKinds } from '../../fake-servers/servers/kinds.ts';
import { names } from './names.ts';

/** With its own 10, it waits less and less for clients when most connections are taken. */
const connectionsMax = 1000;

export const unboundWithNames: ServerKind = {
  ...serverKinds.unbound,
  prepare(folder, port) {
    const file = join(folder, 'unbound.conf');
    const data = names.map(({ name, address }) => `  local-data: "${name}. A ${address}"`);
    writeFileSync(
      file,
      `server:
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  incoming-num-tcp: ${connectionsMax}
  do-daemonize: no
  use-syslog: no
  verbosity: 0
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${folder}/pid"
  module-config: "iterator"
  local-zone: "bench." static
${data.join('\n')}
remote-control:
  control-enable: no
`,
    );
    return { args: ['-d', '-c', file] };
  },
};
