import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { eventSchema, type SyscallEvent } from '../../../../harness/event.ts';
import { type CallLogOptions, callLog } from '../../../../harness/recorders/syscalls/log.ts';
import {
  callInTwo,
  callLine,
  descriptor,
  exitLine,
  forkFlags,
  quoted,
  sockaddr,
  startUs,
  threadFlags,
} from '../../../support/strace.ts';
import {
  firstPid,
  printed,
  programSteps,
  tracedUpstream,
} from '../../../support/traced-program.ts';

const ports = () => [tracedUpstream.port];

function read(lines: readonly string[], options: Partial<CallLogOptions> = {}) {
  const log = callLog({ ports, first: () => firstPid, ...options });
  for (const line of lines) log.line(line);
  return { calls: log.take(log.count()), gap: log.takeGap(), log };
}

t.test('the calls of any program are read from what strace prints of it', async () => {
  fc.assert(
    fc.property(programSteps, (steps) => {
      const { lines, events } = printed(steps);
      const { calls, gap } = read(lines);
      return gap === undefined && isDeepStrictEqual(calls, events);
    }),
    { numRuns: 300 },
  );
});

t.test('they are events', async () => {
  fc.assert(
    fc.property(programSteps, (steps) =>
      read(printed(steps).lines).calls.every((call) => eventSchema.safeParse(call).success),
    ),
  );
});

t.test('garbage between the lines is counted, and nothing else changes', async () => {
  const garbage = fc.string({ minLength: 1 }).filter((text) => !/[\n]|strace:/.test(text));
  fc.assert(
    fc.property(programSteps, garbage, fc.nat(), (steps, text, nat) => {
      const { lines, events } = printed(steps);
      const at = nat % (lines.length + 1);
      const { calls, gap } = read([...lines.slice(0, at), text, ...lines.slice(at)]);
      const told = `1 line of strace could not be read, the first: ${text.slice(0, 200)}`;
      return gap === told && isDeepStrictEqual(calls, events);
    }),
  );
});

t.test('lines in any order and of any content never throw', async () => {
  fc.assert(
    fc.property(programSteps, fc.infiniteStream(fc.nat()), (steps, numbers) => {
      const { lines } = printed(steps);
      const order = lines.map((line) => ({ line, key: numbers.next().value ?? 0 }));
      const mixed = order.sort((a, b) => a.key - b.key).map(({ line, key }) => line.slice(key % 7));
      return Array.isArray(read(mixed).calls);
    }),
  );
});

const local = { host: '127.0.0.1', port: 40_001 };
const established = { local, remote: tracedUpstream };
const spoken = ({ call, tuple, error, bytes }: SyscallEvent) =>
  [call, tuple, error ?? bytes].filter((part) => part !== undefined).join(' ');
const words = (lines: readonly string[], options?: Partial<CallLogOptions>) =>
  read(lines, options).calls.map(spoken);
const tuple = '127.0.0.1:40001->127.0.0.1:5300';

t.test('a connect that did not wait tells later how it went', async (t) => {
  const fd = descriptor(3, '77');
  const begin = callLine({
    at: 1,
    call: 'connect',
    args: [fd, sockaddr(tracedUpstream), '16'],
    result: '-1 EINPROGRESS (Operation now in progress)',
  });
  const asked = (value: string) =>
    callLine({
      at: 50,
      call: 'getsockopt',
      args: [fd, 'SOL_SOCKET', 'SO_ERROR', `[${value}]`, '[4]'],
      result: '0',
    });
  const unknown = 'inode-77:0->127.0.0.1:5300';
  t.strictSame(words([begin, asked('ECONNREFUSED')]), [
    `connect ${unknown} EINPROGRESS`,
    `connect ${unknown} ECONNREFUSED`,
  ]);
  t.strictSame(words([begin, asked('0')]), [`connect ${unknown} EINPROGRESS`]);
});

t.test('an error that a probe takes away is told', async (t) => {
  const args = [descriptor(3, established), 'SOL_SOCKET', 'SO_ERROR', '[ECONNRESET]', '[4]'];
  t.strictSame(words([callLine({ at: 1, call: 'getsockopt', args, result: '0' })]), [
    `getsockopt ${tuple} ECONNRESET`,
  ]);
});

t.test('a socket that is refused and tried again makes two connections', async (t) => {
  const again = { host: '127.0.0.1', port: 5301 };
  const connect = (at: number, to: typeof again, result: string) =>
    callLine({ at, call: 'connect', args: [descriptor(3, '77'), sockaddr(to), '16'], result });
  const lines = [
    connect(1, tracedUpstream, '-1 ECONNREFUSED (Connection refused)'),
    connect(50, again, '0'),
    callLine({
      at: 99,
      call: 'write',
      args: [descriptor(3, { local, remote: again }), '"a"', '1'],
      result: '1',
    }),
  ];
  t.strictSame(words(lines, { ports: () => [5300, 5301] }), [
    'connect inode-77:0->127.0.0.1:5300 ECONNREFUSED',
    'connect 127.0.0.1:40001->127.0.0.1:5301',
    'write 127.0.0.1:40001->127.0.0.1:5301 1',
  ]);
});

t.test('a socket with the number of one that was closed unseen is another one', async (t) => {
  const listener = descriptor(90, { local: tracedUpstream });
  const accepted = { local: tracedUpstream, remote: local };
  const own = { host: '127.0.0.1', port: 40_002 };
  const to = { host: '127.0.0.1', port: 5301 };
  const lines = [
    callLine({
      at: 1,
      call: 'accept4',
      args: [listener, sockaddr(local), '[16]', '0'],
      result: descriptor(5, accepted),
    }),
    // close_range(2) is not traced.
    callLine({
      at: 20,
      call: 'connect',
      args: [descriptor(5, '78'), sockaddr(to), '16'],
      result: '0',
    }),
    callLine({
      at: 40,
      call: 'write',
      args: [descriptor(5, { local: own, remote: to }), '"a"', '1'],
      result: '1',
    }),
  ];
  t.strictSame(words(lines, { ports: () => [5300, 5301] }), [
    `accept ${tuple}`,
    'connect 127.0.0.1:40002->127.0.0.1:5301',
    'write 127.0.0.1:40002->127.0.0.1:5301 1',
  ]);
});

t.test('only connections to upstreams count', async (t) => {
  const write = (at: number, port: number) =>
    callLine({
      at,
      call: 'write',
      args: [descriptor(port, { local, remote: { host: '127.0.0.1', port } }), '"a"', '1'],
      result: '1',
    });
  t.strictSame(words([write(1, 5300), write(20, 5301)]), [`write ${tuple} 1`]);
  const all = read([write(1, 5300), write(20, 5301)], { ports: undefined as never });
  t.equal(all.calls.length, 2);
});

t.test('no room for a byte is no end of file', async (t) => {
  const fd = descriptor(3, established);
  const lines = [
    callLine({ at: 1, call: 'recvfrom', args: [fd, '""', '0', '0', 'NULL', 'NULL'], result: '0' }),
    callLine({ at: 20, call: 'readv', args: [fd, '[{iov_base="", iov_len=9}]', '1'], result: '0' }),
    callLine({
      at: 40,
      call: 'recvmsg',
      args: [fd, '{msg_name=NULL, msg_iov=[{iov_base="", iov_len=0}], msg_iovlen=1}', '0'],
      result: '0',
    }),
  ];
  t.strictSame(words(lines), [`recvfrom ${tuple} 0`, `readv ${tuple} EOF`, `recvmsg ${tuple} 0`]);
});

t.test('IPv4 over a socket of IPv6 has the name that the wire shows', async (t) => {
  const mapped = (port: number) => ({ host: '::ffff:127.0.0.1', port });
  const shown = { local: mapped(5300), remote: mapped(40_001) };
  const line = callLine({
    at: 1,
    call: 'write',
    args: [descriptor(8, shown), '"a"', '1'],
    result: '1',
  });
  t.strictSame(words([line]), [`write ${tuple} 1`]);
});

t.test('UDP: each end that is spoken with is a conversation', async (t) => {
  const bound = (fd: number, port: number) =>
    descriptor(fd, { local: { host: '0.0.0.0', port } }, 'UDP');
  const said = (fd: string, at: number, to: number) =>
    callLine({
      at,
      call: 'sendto',
      args: [fd, '"a"', '1', '0', sockaddr({ host: '127.0.0.1', port: to }), '16'],
      result: '1',
    });
  const lines = [
    said(descriptor(4, '70', 'UDP'), 1, 5300),
    said(bound(4, 40_001), 20, 5300),
    said(bound(4, 40_001), 40, 5301),
    callLine({
      at: 60,
      call: 'recvfrom',
      args: [bound(5, 5300), '"b"', '9', '0', sockaddr(local), '[16]'],
      result: '1',
    }),
  ];
  t.strictSame(words(lines, { ports: undefined as never }), [
    `sendto ${tuple} 1`,
    `sendto ${tuple} 1`,
    'sendto 127.0.0.1:40001->127.0.0.1:5301 1',
    `recvfrom ${tuple} 1`,
  ]);
  t.strictSame(words(lines), [`sendto ${tuple} 1`, `sendto ${tuple} 1`, `recvfrom ${tuple} 1`]);
});

t.test('a socket of UDP that is bound first is connected to whom connect says', async (t) => {
  // strace goes on showing what it saw first.
  const fd = descriptor(4, { local }, 'UDP');
  const lines = [
    callLine({ at: 1, call: 'connect', args: [fd, sockaddr(tracedUpstream), '16'], result: '0' }),
    callLine({
      at: 20,
      call: 'recvfrom',
      args: [fd, '0x7f', '9', '0', 'NULL', 'NULL'],
      result: '-1 ECONNREFUSED (Connection refused)',
    }),
  ];
  t.strictSame(words(lines), [`connect ${tuple}`, `recvfrom ${tuple} ECONNREFUSED`]);
});

t.test('the child of a clone that has not returned is known', async (t) => {
  for (const [flags, pid] of [
    [threadFlags, firstPid],
    [forkFlags, 200],
  ] as const) {
    const [begin, end] = callInTwo(
      { pid: firstPid, at: 30, call: 'clone', args: ['child_stack=NULL', flags], result: '200' },
      2,
    );
    const fd = descriptor(3, { local });
    const lines = [
      callLine({ at: 1, call: 'connect', args: [fd, sockaddr(tracedUpstream), '16'], result: '0' }),
      begin,
      callLine({ pid: 200, at: 40, call: 'write', args: [fd, '"a"', '1'], result: '1' }),
      end,
      callLine({ pid: 200, at: 60, call: 'write', args: [fd, '"ab"', '2'], result: '2' }),
    ];
    const { calls, gap, log } = read(lines);
    t.strictSame(calls.map(spoken), [`connect ${tuple}`, `write ${tuple} 1`, `write ${tuple} 2`]);
    t.strictSame(
      calls.map((call) => call.pid),
      [firstPid, pid, pid],
    );
    t.equal(gap, undefined);
    t.strictSame(log.alive(), [firstPid, 200]);
  }
});

t.test('the child of a vfork that ends before the call returns is not alive', async (t) => {
  const log = callLog({ ports, first: () => firstPid });
  for (const line of [
    `[pid ${firstPid}] 1795304787.000001 vfork( <unfinished ...>`,
    '[pid 4242] 1795304787.000002 +++ exited with 255 +++',
    `[pid ${firstPid}] 1795304787.000003 <... vfork resumed>) = 4242 <0.000100>`,
  ])
    log.line(line);
  t.strictSame(log.alive(), [firstPid]);
  log.line('1795304787.000004 +++ exited with 0 +++');
  t.strictSame(log.alive(), []);
  t.equal(log.takeGap(), undefined);
});

t.test('what a process writes is told, with the calls that came before', async (t) => {
  const told: [string, number][] = [];
  const socket = descriptor(3, established);
  read(
    [
      callLine({ at: 1, call: 'write', args: [socket, '"a"', '1'], result: '1' }),
      callLine({
        at: 20,
        call: 'write',
        args: ['1<pipe:[9]>', quoted('{"id": 7}\n'), '10'],
        result: '10',
      }),
      callLine({
        at: 40,
        call: 'write',
        args: ['1<pipe:[9]>', '"x"', '1'],
        result: '-1 EPIPE (B)',
      }),
    ],
    { onWrite: (bytes, count) => told.push([bytes, count]) },
  );
  t.strictSame(told, [
    ['a', 1],
    ['{"id": 7}\n', 1],
  ]);
});

t.test('calls are taken up to a number', async (t) => {
  const { log } = read([]);
  const line = (at: number) =>
    callLine({ at, call: 'write', args: [descriptor(3, established), '"a"', '1'], result: '1' });
  log.line(line(1));
  log.line(line(20));
  t.strictSame(
    log.take(1).map(({ atUs }) => atUs - startUs),
    [1],
  );
  log.line(line(40));
  t.equal(log.count(), 3);
  t.strictSame(
    log.take(3).map(({ atUs }) => atUs - startUs),
    [20, 40],
  );
  t.strictSame(log.take(3), []);
});

t.test('a gap is told once', async (t) => {
  const log = callLog({ ports, first: () => firstPid });
  log.line('garbage');
  log.line('strace: something');
  t.match(log.takeGap(), /^1 line .*garbage; strace said: something$/);
  t.equal(log.takeGap(), undefined);
});

t.test('a call without a name is of a thread that was being killed, or a gap', async (t) => {
  const at = (body: string) => `[pid 102] 1795304787.826490 ${body}`;
  const nameless = at('???( <unfinished ...>');
  const killed = at('+++ killed by SIGKILL +++');
  t.equal(read([nameless, killed]).gap, undefined);
  t.equal(read([nameless, at('<... ??? resumed>) = ? <unavailable>'), killed]).gap, undefined);
  t.match(
    read([nameless, at('<... ??? resumed>) = 0 <0.000010>')]).gap,
    /^1 line .*\?\?\?\(\) = 0/,
  );
  t.match(read([nameless, at('close(3) = 0 <0.000010>')]).gap, /^1 line .*\?\?\?\($/);
});

t.test('what cannot be seen is a gap', async (t) => {
  const ring = callLine({
    at: 1,
    call: 'io_uring_enter',
    args: ['9<anon_inode:[io_uring]>', '1', '0', '0', 'NULL', '8'],
    result: '1',
  });
  t.match(read([ring]).gap, /^process 100 uses io_uring/);
  t.equal(read(['strace: cannot']).gap, 'strace said: cannot');
  t.equal(read([exitLine(undefined, 5)]).gap, undefined);
  // Two threads are left, and the line says neither.
  const both = [1, 2].map((pid) =>
    callLine({ pid, at: 1, call: 'close', args: ['3'], result: '0' }),
  );
  const unnamed = callLine({ at: 9, call: 'close', args: ['3'], result: '0' });
  t.equal(
    read([...both, unnamed]).gap,
    `1 line of strace could not be read, the first: ${unnamed}`,
  );
});
