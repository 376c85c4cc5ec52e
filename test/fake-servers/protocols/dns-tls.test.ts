import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { dnsTls } from '../../../fake-servers/protocols/dns-tls.ts';
import { answerAll, type Step } from '../../../fake-servers/step.ts';
import { certificate } from '../../../fake-servers/steps/certificate.ts';
import { folder } from '../../support/folder.ts';
import { playUpstream } from '../../support/upstream.ts';

const run = promisify(execFile);

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

/** Asks with a client that verifies; what it says, on success and on failure. */
async function kdig(t: Unwinds, port: number, ...questions: string[]): Promise<string> {
  const { ca } = await certificateOf('valid');
  const caFile = join(folder(t, { 'ca.pem': ca }), 'ca.pem');
  const to = ['@127.0.0.1', '-p', String(port), '+retry=0', '+timeout=5'];
  const tls = [`+tls-ca=${caFile}`, '+tls-hostname=upstream.test'];
  const said = await run('kdig', [...to, ...tls, ...questions]).catch(
    (failure: { stdout: string; stderr: string }) => failure,
  );
  return said.stdout + said.stderr;
}

t.test('kdig takes the answers, over one connection', async (t) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const asked = ['+keepopen', '+short', 'a.example', 'A', 'b.example', 'AAAA'];
  const said = await kdig(t, upstream.address.port, ...asked);
  const answers = of('served').map(({ answer }) => answer);
  t.strictSame(said.trim().split('\n'), answers);
  t.strictSame(
    of('received').map(({ key }) => key),
    ['a.example A', 'b.example AAAA'],
  );
  t.equal(of('accepted').length, 1);
});

t.test('kdig pads its query to 128 bytes, and is understood', async (t) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const said = await kdig(t, upstream.address.port, '+padding', 'a.example', 'A');
  t.match(said, /status: NOERROR/);
  t.equal(of('received').length, 1);
});

const refusals = {
  expired: /expired/i,
  'self-signed': /not trusted|issuer is unknown/i,
  'wrong-name': /name in the certificate does not match|does NOT match/i,
};

for (const kind of ['expired', 'self-signed', 'wrong-name'] as const) {
  t.test(`kdig refuses a certificate that is ${kind}`, async (t) => {
    const steps: Step[] = [certificate(kind), answerAll()];
    const { upstream, of } = playUpstream(t, [steps], { protocol: dnsTls });
    const said = await kdig(t, upstream.address.port, '-d', 'a.example', 'A');
    t.match(said, refusals[kind]);
    t.strictSame(of('received'), []);
  });
}
