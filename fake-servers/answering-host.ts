/** An upstream that answers by itself: it has a conversation with each client. */
import type { Record } from './player.ts';
import type { CertificateKind, Protocol } from './protocols/protocol.ts';
import type { Host } from './stage-set.ts';
import type { Step } from './step.ts';
import { Talk } from './talk.ts';

export function answeringHost(protocol: Protocol, record: Record): Host {
  const server = protocol.start();
  return {
    begin(of, channel, steps) {
      const { ordinal, tuple } = of;
      const conversation = server.converse({ ordinal, tuple, certificate: certificateOf(steps) });
      const talk = new Talk(channel, conversation, (event) => record({ ...of, ...event }));
      return {
        service: { serve: (limit) => talk.serve(limit), talk },
        end: () => conversation.end?.(),
      };
    },
    close: () => server.close?.(),
  };
}

/** The certificate that a connection's script wants shown. */
function certificateOf(steps: readonly Step[]): CertificateKind {
  const shown = steps.find((step) => step.kind === 'certificate');
  return shown?.certificate ?? 'valid';
}
