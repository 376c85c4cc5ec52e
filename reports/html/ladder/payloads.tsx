/** The bytes that packets carried, and what they say. */
import type { Event, WireEvent } from '../../../harness/event.ts';
import type { Payload, PayloadMessage } from '../../source.ts';
import { hexDump } from '../../text/hex.ts';
import { printable } from '../../text/printable.ts';

interface PayloadsProps {
  /** Those that are drawn. */
  events: readonly Event[];
  /** By the number of their frame. */
  payloads: ReadonlyMap<number, Payload>;
  /** Begins the ids of the payloads. */
  anchor: string;
}

/** The others are in the pcap. */
const payloadsShownMax = 60;
const bytesShownMax = 256;

function Message({ message: { title, fields } }: { message: PayloadMessage }) {
  return (
    <div class="message">
      <b>{printable(title)}</b>
      <dl>
        {fields.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{printable(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function OnePayload({ event, payload, id }: { event: WireEvent; payload: Payload; id: string }) {
  const { bytes, messages } = payload;
  const left = bytes.length - bytesShownMax;
  const to = event.from === 'client' ? 'to upstream' : 'to client';
  return (
    <div class="of-frame" id={id}>
      <h4>{`frame ${event.frame}, ${to}, seq ${event.relativeSeq}, ${bytes.length} B`}</h4>
      <div class="payload">
        {messages.map((message) => (
          <Message message={message} />
        ))}
        <pre tabindex={0}>{hexDump(bytes.subarray(0, bytesShownMax))}</pre>
        {left > 0 && <p class="muted">{`${left} more bytes are in the pcap`}</p>}
      </div>
    </div>
  );
}

export function Payloads({ events, payloads, anchor }: PayloadsProps) {
  const carrying = events.filter(
    (event): event is WireEvent => event.source === 'wire' && payloads.has(event.frame),
  );
  const left = carrying.length - payloadsShownMax;
  if (carrying.length === 0) return null;
  return (
    <details class="payloads">
      <summary>
        {carrying.length === 1
          ? 'The bytes of 1 packet'
          : `The bytes of ${Math.min(carrying.length, payloadsShownMax)} packets`}
      </summary>
      {carrying.slice(0, payloadsShownMax).map((event) => {
        const payload = payloads.get(event.frame);
        return (
          payload && <OnePayload event={event} payload={payload} id={`${anchor}-b${event.frame}`} />
        );
      })}
      {left > 0 && <p class="muted">{`${left} more packets with bytes are in the pcap`}</p>}
    </details>
  );
}
