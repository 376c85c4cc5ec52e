import { z } from 'zod';
import { certificateKinds } from '../protocols/protocol.ts';
import { type Definition, transports } from './definition.ts';
import { checked } from './numbers.ts';

const faulty = z.enum(certificateKinds).exclude(['valid']);
const schema = z.strictObject({ kind: z.literal('certificate'), certificate: faulty });
export type CertificateStep = z.infer<typeof schema>;

/** The TLS server shows this certificate instead of a valid one. The first step of a connection. */
export const certificate = (kind: z.infer<typeof faulty>): CertificateStep =>
  checked('certificate', schema, { kind: 'certificate', certificate: kind });

export const certificateDefinition: Definition<CertificateStep> = {
  kind: 'certificate',
  summary: 'shows an expired, self-signed or wrong-name certificate instead of a valid one',
  code: "certificate('expired')",
  forms: [{ words: 'show a certificate that is {certificate:word}' }],
  schema,
  level: 'message',
  transports: transports.tcp,
  needs: 'certificate',
  isFault: true,
  proof: "the segment of the server's part of the handshake, with just these bytes",
  example: { kind: 'certificate', certificate: 'expired' },
  async perform(stage) {
    // The conversation was begun with it; what proves it is the first thing that the server says.
    const before = stage.progress();
    const said = await stage.talk().handshake();
    if (said === undefined) return stage.clientLeft();
    stage.fired({ before, receipts: [said] });
    return 'done';
  },
};
