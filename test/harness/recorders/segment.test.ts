import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { tcpFlags } from '../../../harness/event.ts';
import {
  decodeDatagram,
  decodeSegment,
  decodeUnreachable,
  portsOf,
} from '../../../harness/recorders/segment.ts';
import { tcpFrame, udpFrame, unreachableFrame } from '../../support/frame.ts';

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

t.test('IPv6 as well, in the form in which addresses are written', async () => {
  const groups = fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 });
  const host = groups.map((numbers) => numbers.map((group) => group.toString(16)).join(':'));
  const end = fc.record({ host: fc.oneof(host, fc.constant('::1')), port }, plain);
  const pair = fc.record({ source: end, destination: end }, plain);
  fc.assert(
    fc.property(segment, pair, layout, (original, ends, form) => {
      const frame = tcpFrame({ ...original, ...ends }, form);
      const decoded = decodeSegment(frame);
      return (
        isDeepStrictEqual(decoded?.source, ends.source) &&
        isDeepStrictEqual(decoded?.destination, ends.destination) &&
        decoded?.payload.equals(original.payload) === true &&
        portsOf(frame)?.source === ends.source.port
      );
    }),
  );
});

t.test('the ports are found without the rest', async () => {
  fc.assert(
    fc.property(segment, layout, (original, form) => {
      const ports = portsOf(tcpFrame(original, form));
      return (
        ports?.transport === 'tcp' &&
        ports.source === original.source.port &&
        ports.destination === original.destination.port
      );
    }),
  );
});

t.test('cut anywhere in its headers a frame is no segment, and nothing is thrown', async () => {
  fc.assert(
    fc.property(segment, layout, fc.nat(), (original, form, nat) => {
      const headers = 14 + 20 + form.ipOptionWords * 4 + 20 + form.tcpOptionWords * 4;
      const cut = tcpFrame(original, form).subarray(0, nat % headers);
      portsOf(cut);
      return decodeSegment(cut) === undefined && decodeDatagram(cut) === undefined;
    }),
  );
});

t.test('random bytes never throw', async () => {
  const frame = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  // Random bytes are hardly ever IPv4 with TCP, UDP or ICMP: half of them are made so.
  const nearly = fc.tuple(frame, fc.constantFrom(1, 6, 17)).map(([bytes, protocol]) => {
    if (bytes.length > 23) {
      bytes.writeUInt16BE(0x0800, 12);
      bytes[23] = protocol;
    }
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(frame, nearly), (bytes) => {
      decodeSegment(bytes);
      portsOf(bytes);
      decodeDatagram(bytes);
      decodeUnreachable(bytes);
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
        isDeepStrictEqual(portsOf(udp), { transport: 'udp', source: from, destination: to }) &&
        decodeSegment(udp) === undefined &&
        decodeDatagram(tcpFrame(tcp)) === undefined &&
        decodeUnreachable(udp) === undefined
      );
    }),
  );
});

t.test('a datagram comes out of its frame, and nothing of the padding', async () => {
  fc.assert(
    fc.property(port, port, payload, fc.nat({ max: 12 }), (from, to, bytes, padding) => {
      const frame = Buffer.concat([udpFrame(from, to, bytes), Buffer.alloc(padding, 0xee)]);
      const decoded = decodeDatagram(frame);
      return (
        decoded?.payload.equals(bytes) === true &&
        isDeepStrictEqual(decoded.source, { host: '127.0.0.1', port: from }) &&
        isDeepStrictEqual(decoded.destination, { host: '127.0.0.1', port: to })
      );
    }),
  );
});

t.test('"port unreachable" names the datagram that it is about, however much of it', async () => {
  fc.assert(
    fc.property(port, port, payload, fc.nat({ max: 60 }), (from, to, bytes, kept) => {
      const frame = unreachableFrame(from, to, bytes.subarray(0, kept));
      const about = decodeUnreachable(frame);
      return (
        about?.source.port === from &&
        about.destination.port === to &&
        isDeepStrictEqual(portsOf(frame), { transport: 'udp', source: from, destination: to }) &&
        decodeDatagram(frame) === undefined
      );
    }),
  );
});

t.test('another ICMP message is none, nor is one about TCP', async (t) => {
  const frame = unreachableFrame(1, 2, Buffer.alloc(0));
  const typeAt = 14 + 20;
  const hostUnreachable = Buffer.from(frame);
  hostUnreachable[typeAt + 1] = 1;
  t.equal(decodeUnreachable(hostUnreachable), undefined);
  const aboutTcp = Buffer.from(frame);
  aboutTcp[typeAt + 8 + 9] = 6;
  t.equal(decodeUnreachable(aboutTcp), undefined);
  t.equal(portsOf(aboutTcp), undefined);
});
