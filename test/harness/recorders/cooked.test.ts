import fc from 'fast-check';
import t from 'tap';
import { toEthernet } from '../../../harness/recorders/cooked.ts';
import { decodeSegment } from '../../../harness/recorders/segment.ts';
import { captured, conversation, handshake } from '../../support/frame.ts';

const [ethernet] = conversation(handshake);
if (!ethernet) throw new Error('no frame');
const ip = ethernet.bytes.subarray(14);

/** tcpdump.org/linktypes: the protocol stands last in the first form, and first in the second one. */
const forms = {
  113: () => {
    const header = Buffer.alloc(16);
    header.writeUInt16BE(0x0800, 14);
    return header;
  },
  276: (device: number) => {
    const header = Buffer.alloc(20);
    header.writeUInt16BE(0x0800, 0);
    header.writeUInt32BE(device, 4);
    return header;
  },
};

t.test('the same packet as on Ethernet', async (t) => {
  for (const [linkType, header] of [
    [113, forms[113]()],
    [276, forms[276](7)],
  ] as const) {
    const frame = { ...captured(Buffer.concat([header, ip]), 5), lengthOnWire: 999 };
    const seen = toEthernet(frame, linkType);
    t.strictSame(seen?.packet.bytes, ethernet.bytes);
    t.equal(seen?.packet.atUs, frame.atUs);
    t.equal(seen?.packet.lengthOnWire, 999 - header.length + 14);
    t.equal(seen?.device, linkType === 276 ? 7 : 0);
    t.strictSame(seen && decodeSegment(seen.packet.bytes), decodeSegment(ethernet.bytes));
  }
  t.strictSame(toEthernet(ethernet, 1), { packet: ethernet, device: 0 });
  t.equal(toEthernet(ethernet, 228), undefined, 'another link type');
});

t.test('what is cut short is no packet, and nothing is thrown', async () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(1, 113, 276),
      (bytes, linkType) => {
        const seen = toEthernet(captured(Buffer.from(bytes), 0), linkType);
        return (
          linkType === 1 || (seen === undefined) === bytes.length < (linkType === 113 ? 16 : 20)
        );
      },
    ),
  );
});
