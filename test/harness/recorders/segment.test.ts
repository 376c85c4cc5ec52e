import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { tcpFlags } from '../../../harness/event.ts';
import { decodeSegment, tcpPorts, udpDestinationPort } from '../../../harness/recorders/segment.ts';
import { tcpFrame, udpFrame } from '../../support/frame.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const number = fc.integer({ min: 0, max: 0xffffffff });
const plain = { noNullPrototype: true };
const address = fc.record({ host: fc.ipV4(), port }, plain);
const payload = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const segment = fc.record(
  {
    source: address,
    destination: address,
    flags: fc.subarray([...tcpFlags]),
    seq: number,
    ack: number,
    window: port,
    payload,
  },
  plain,
);
const layout = fc.record({
  ipOptionWords: fc.nat({ max: 10 }),
  tcpOptionWords: fc.nat({ max: 10 }),
  padding: fc.nat({ max: 12 }),
});

t.test('what is put into a frame comes out of it, whatever options and padding', async () => {
  fc.assert(
    fc.property(segment, layout, (original, form) => {
      const { payload: bytes, ...rest } = original;
      const decoded = decodeSegment(tcpFrame(original, form));
      if (!decoded) return false;
      const { payload: decodedBytes, ...decodedRest } = decoded;
      return decodedBytes.equals(bytes) && isDeepStrictEqual(decodedRest, rest);
    }),
  );
});

t.test('the ports are found without the rest', async () => {
  fc.assert(
    fc.property(segment, layout, (original, form) => {
      const ports = tcpPorts(tcpFrame(original, form));
      return (
        ports?.source === original.source.port && ports.destination === original.destination.port
      );
    }),
  );
});

t.test('cut anywhere in its headers a frame is no segment, and nothing is thrown', async () => {
  fc.assert(
    fc.property(segment, layout, fc.nat(), (original, form, nat) => {
      const headers = 14 + 20 + form.ipOptionWords * 4 + 20 + form.tcpOptionWords * 4;
      const cut = tcpFrame(original, form).subarray(0, nat % headers);
      tcpPorts(cut);
      udpDestinationPort(cut);
      return decodeSegment(cut) === undefined;
    }),
  );
});

t.test('random bytes never throw', async () => {
  const frame = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  // Random bytes are hardly ever IPv4 with TCP or UDP: half of them are made so.
  const nearly = fc.tuple(frame, fc.constantFrom(6, 17)).map(([bytes, protocol]) => {
    if (bytes.length > 23) {
      bytes.writeUInt16BE(0x0800, 12);
      bytes[23] = protocol;
    }
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(frame, nearly), (bytes) => {
      decodeSegment(bytes);
      tcpPorts(bytes);
      udpDestinationPort(bytes);
      const decoded = decodeSegment(bytes);
      return decoded === undefined || decoded.payload.length <= bytes.length - 54;
    }),
    { numRuns: 3000 },
  );
});

t.test('UDP is told from TCP', async () => {
  fc.assert(
    fc.property(port, port, payload, segment, (from, to, bytes, tcp) => {
      const udp = udpFrame(from, to, bytes);
      return (
        udpDestinationPort(udp) === to &&
        decodeSegment(udp) === undefined &&
        tcpPorts(udp) === undefined &&
        udpDestinationPort(tcpFrame(tcp)) === undefined
      );
    }),
  );
});
