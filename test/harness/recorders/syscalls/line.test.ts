import fc from 'fast-check';
import t from 'tap';
import { quotedBytes, splitArguments } from '../../../../harness/recorders/syscalls/arguments.ts';
import { parseCall, parseLine } from '../../../../harness/recorders/syscalls/line.ts';
import { callInTwo, callLine, exitLine, quoted, startUs } from '../../../support/strace.ts';

const latin1 = fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)) });
const argument = fc.oneof(
  latin1.map((text) => quoted(text)),
  fc.nat().map(String),
  fc.constantFrom('NULL', '3</tmp/a b>', '{a=1, b="x, y)"}', '[{iov_base="a", iov_len=1}]'),
);
const called = fc.record(
  {
    pid: fc.option(fc.integer({ min: 1, max: 4_194_304 }), { nil: undefined }),
    at: fc.nat({ max: 10_000_000 }),
    call: fc.constantFrom('write', 'recvfrom', 'accept4', 'sendmsg'),
    args: fc.array(argument, { minLength: 1, maxLength: 5 }),
    result: fc.constantFrom('0', '17', '-1 EPIPE (Broken pipe)', '?', '5<TCP:[1]>'),
    tookUs: fc.nat({ max: 5_000_000 }),
  },
  { noNullPrototype: true },
);

t.test('a call is read as it was printed, in one piece or in two', async () => {
  fc.assert(
    fc.property(called, fc.nat({ max: 5 }), (original, shown) => {
      const { pid, at, call, args, result, tookUs } = original;
      const line = parseLine(callLine({ ...original, pid: pid as number }));
      if (line?.kind !== 'call' || line.pid !== pid || line.atUs !== startUs + at) return false;
      const [first, second] = callInTwo({ ...original, pid: pid as number }, shown).map(parseLine);
      if (first?.kind !== 'begun' || second?.kind !== 'resumed') return false;
      const joined = parseCall(`${first.text}${second.text}`);
      return [line, joined].every(
        (read) =>
          read?.call === call &&
          read.result === result &&
          read.tookUs === tookUs &&
          splitArguments(read.args).join() === args.join(),
      );
    }),
  );
});

t.test('the bytes of strings are read back, whatever is escaped', async () => {
  fc.assert(
    fc.property(fc.array(latin1), (texts) => {
      const printed = texts.map((text) => `{iov_base=${quoted(text)}, iov_len=${text.length}}`);
      return quotedBytes(`[${printed.join(', ')}]`) === texts.join('');
    }),
  );
});

t.test('arguments are split at their own commas only', async (t) => {
  t.strictSame(splitArguments(''), []);
  t.strictSame(splitArguments('3, '), ['3', '']);
  t.strictSame(splitArguments('4<TCP:[1]>, {a=[1, 2], b=f("x,\\"")}, "]", 1'), [
    '4<TCP:[1]>',
    '{a=[1, 2], b=f("x,\\"")}',
    '"]"',
    '1',
  ]);
});

t.test('what is no call', async (t) => {
  t.match(parseLine(exitLine(7, 5)), { kind: 'ended', pid: 7, atUs: startUs + 5 });
  t.match(parseLine(exitLine(undefined, 5, 'killed by SIGKILL')), { kind: 'ended' });
  t.match(parseLine(exitLine(7, 5, 'superseded by execve in pid 9')), { kind: 'ended', pid: 9 });
  t.match(parseLine('1.000001 --- SIGINT {si_signo=SIGINT, si_code=SI_USER} ---'), {
    kind: 'other',
  });
  t.match(parseLine('1.000001 [ Process PID=7 runs in 32 bit mode. ]'), { kind: 'other' });
  t.match(parseLine('strace: ptrace(PTRACE_SEIZE, 7): Operation not permitted'), {
    kind: 'said',
    text: 'ptrace(PTRACE_SEIZE, 7): Operation not permitted',
  });
});

t.test('of a call that its process did not survive both ends are printed', async (t) => {
  const text = '1.000001 recvfrom(11<TCP:[1]>,  <unfinished ...>) = ?';
  t.match(parseLine(text), { kind: 'call', call: 'recvfrom', args: '11<TCP:[1]>, ', result: '?' });
});

t.test('garbage is no line, and nothing is thrown', async (t) => {
  const piece = fc.constantFrom('[pid ', '1.000000 ', 'write(', '"', ')', ' = ', '<', '>', '\\');
  const garbage = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(piece, fc.string())).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      const line = parseLine(text);
      splitArguments(text);
      quotedBytes(text);
      return line === undefined || typeof line.kind === 'string';
    }),
  );
  t.equal(parseLine('hello'), undefined);
  t.equal(parseLine('1.000000 hello'), undefined);
});
