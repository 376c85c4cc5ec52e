/**
 * Each client program against fake upstreams: that it keeps to docs/client-protocol.md, and what it
 * makes of each fault.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { programs } from '../../clients/programs.ts';
import { answerAll, type Step, untilGate } from '../../fake-servers/step.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { hadProgram } from '../support/built-program.ts';
import { type SpeakingProgram, speakWith } from '../support/client-program.ts';
import { playUpstream } from '../support/upstream.ts';
import { cases, type Fault, faults, type Speech } from './program-cases.ts';

/** An upstream that plays these, and the program opened to it. */
async function opened(t: Test, program: SpeakingProgram, speech: Speech, ...scripts: Step[][]) {
  const played = playUpstream(t, scripts, { protocol: speech.protocol });
  const target = played.upstream.address;
  const settings = speech.one;
  const protocol = speech.protocol.name;
  const opening = { protocol, target, targets: [target], settings, ignored: true };
  const reply = await program.call('open', opening);
  if ('error' in reply) throw new Error(`it cannot be opened: ${reply.message}`);
  return played;
}

/** How many descriptors are sockets. */
function socketCount(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const links = readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(path.join(folder, fd));
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith('socket:')).length;
}

async function keepsToTheProtocol(t: Test, program: SpeakingProgram, speech: Speech) {
  const socketsBefore = socketCount(program.pid);
  for (const round of [1, 2]) {
    const played = await opened(t, program, speech, [answerAll()]);
    const served = (key: string) => played.of('served').filter((event) => event.key === key);
    const numbers = [1, 2, 3].map((number) => 10 * round + number);
    for (const number of numbers) {
      const { operation, answer, key } = speech.read(number);
      t.equal(await program.request(operation), answer);
      t.match(served(key), [{ answer }]);
    }
    t.equal(played.of('accepted').length, 1, 'the connection is kept');
    const together = numbers.map((number) => program.request(speech.read(number).operation));
    t.strictSame(
      await Promise.all(together),
      numbers.map((number) => speech.read(number).answer),
    );
    for (const { operation, answer } of speech.others) {
      t.equal(await program.request(operation), answer);
      t.ok(played.of('served').some((event) => event.answer === answer));
    }
    t.equal(await program.request({ kind: 'nonsense' }), 'UNSUPPORTED');
    const { stats } = await program.call('stats');
    t.ok(typeof stats === 'object' && stats !== null);
    program.say({ call: 'cancel', request: 1 });
    t.ok('error' in (await program.call('nonsense')));
    t.strictSame(Object.keys(await program.call('close')), ['id']);
    t.equal(socketCount(program.pid), socketsBefore, 'no connection is left');
  }
}

async function refusesSettingsAndFails(t: Test, program: SpeakingProgram, speech: Speech) {
  const nobody = new TcpListener({ host: '127.0.0.1', port: 0 });
  nobody.close();
  const target = nobody.address;
  const { settings, error } = speech.down ?? { settings: speech.one, error: 'ECONNREFUSED' };
  const opening = { protocol: speech.protocol.name, target, targets: [target] };
  const refused = await program.call('open', { ...opening, settings: { noSuchSetting: 1 } });
  t.match(refused, { error: /\w/, message: 'noSuchSetting' });
  t.strictSame(Object.keys(await program.call('open', { ...opening, settings })), ['id']);
  t.equal(await program.request(speech.read(1).operation), error);
  t.strictSame(Object.keys(await program.call('close')), ['id']);
}

async function closesWithARequestUnderWay(t: Test, program: SpeakingProgram, speech: Speech) {
  const { key, operation } = speech.read(2);
  const silent = faults['request read, then FIN'](key).slice(0, -1);
  const played = await opened(t, program, speech, [...silent, answerAll()], [answerAll()]);
  await program.request(speech.read(1).operation);
  const underWay = program.call('request', { operation });
  await played.hasFired('swallow');
  t.strictSame(Object.keys(await program.call('close')), ['id']);
  t.match(await underWay, { error: /\w/, message: /\w/ });
}

async function closesWhileItConnects(t: Test, program: SpeakingProgram, speech: Speech) {
  const played = await opened(t, program, speech, [untilGate('never')]);
  const underWay = program.call('request', { operation: speech.read(1).operation });
  await played.recorded('accepted');
  t.strictSame(Object.keys(await program.call('close')), ['id']);
  t.match(await underWay, { error: /\w/, message: /\w/ });
}

async function meets(t: Test, program: SpeakingProgram, speech: Speech, fault: Fault) {
  const { operation, key, answer } = speech.read(2);
  const broken = faults[fault](key, speech.partBytes);
  const played = await opened(t, program, speech, broken, [answerAll()]);
  t.equal(await program.request(speech.read(1).operation), speech.read(1).answer);
  if (fault.endsWith('idle')) {
    await played.upstream.openGate('break');
    await played.hasFired(fault.startsWith('FIN') ? 'close' : 'reset');
    // The client's kernel has it; in the turn that replies to this, so has its event loop.
    await program.call('stats');
  }
  const outcome = await program.request(operation);
  const after = speech.read(3);
  t.equal(await program.request(after.operation), after.answer, 'it recovers');
  await program.call('close');
  const received = played.of('received').filter((event) => event.key === key).length;
  const times = received > 1 ? `, asked ${received} times` : '';
  return `${outcome === answer ? 'answered' : outcome}${times}`;
}

const all = await Promise.all(
  programs.map(async (program) => ({ program, ...(await hadProgram(program.build)) })),
);

for (const { program, command, skip } of all) {
  const { build: _, ...said } = program;
  t.test(program.name, { skip, timeout: 60_000 }, async (t) => {
    const known = cases[program.name];
    if (!known) throw new Error(`expected a case for ${program.name} in program-cases.ts`);
    const { speech, met } = known;
    const speaking = await speakWith(t, command);
    t.match(speaking.hello, { pipewrench: 1, ...said });
    await t.test('keeps to the protocol', (t) => keepsToTheProtocol(t, speaking, speech));
    await t.test('unknown settings, and nobody there', (t) =>
      refusesSettingsAndFails(t, speaking, speech),
    );
    await t.test('closed in a request', (t) => closesWithARequestUnderWay(t, speaking, speech));
    await t.test('closed while it connects', (t) => closesWhileItConnects(t, speaking, speech));
    const found: Record<string, string> = {};
    for (const fault of Object.keys(faults) as Fault[]) {
      await t.test(fault, async (t) => {
        found[fault] = await meets(t, speaking, speech, fault);
      });
    }
    t.strictSame(found, met);
    t.equal(await speaking.end(), 0);
  });
}
