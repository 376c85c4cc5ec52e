import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import t from 'tap';
import { descriptorOf } from '../../../clients/dns-pool/descriptor.ts';
import { peek } from '../../../kernel/peek.ts';
import { openUpstream } from './upstream.ts';

t.test(
  'a connected socket has a descriptor that can be peeked at, a closed one has none',
  async (t) => {
    const upstream = await openUpstream();
    t.teardown(() => upstream.close());
    t.equal(descriptorOf(new Socket()), undefined);
    const socket = connect(upstream.port, upstream.host);
    await once(socket, 'connect');
    t.equal(peek(descriptorOf(socket) ?? -1), 'nothing');
    socket.destroy();
    t.equal(descriptorOf(socket), undefined);
  },
);
