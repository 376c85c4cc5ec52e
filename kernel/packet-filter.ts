/**
 * Which packets a packet socket is given: a program of classic BPF, which the kernel runs for each of them
 * (Documentation/networking/filter.rst, linux/filter.h).
 *
 * It lets through what tcpdump's expression `tcp or udp or icmp` does, and of the two times that a packet
 * passes the loopback device the second one.
 */
import { addressOf } from './libc.ts';

type Load = { load: 'word' | 'byte'; at: number };
type Jump = { whenEqual: number; to: string };
type Go = { to: string };
type End = { keep: boolean };
type Instruction = (Load | Jump | Go | End) & { label?: string };

const BPF_LD_W_ABS = 0x20;
const BPF_LD_B_ABS = 0x30;
const BPF_JMP_JEQ_K = 0x15;
const BPF_JMP_JA = 0x05;
const BPF_RET_K = 0x06;

/** What is loaded from here on is not of the packet, but what the kernel knows of it: SKF_AD_OFF. */
const ancillary = 0xffff_f000;
const etherType = ancillary;
const packetType = ancillary + 4;
const deviceIndex = ancillary + 8;

const PACKET_OUTGOING = 4;
const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
const [protocolIcmp, protocolTcp, protocolUdp, protocolFragment] = [1, 6, 17, 44];
/** Of the headers of RFC 791 and RFC 8200, and of the next header behind that of IPv6. */
const [ipv4ProtocolAt, ipv6NextAt, ipv6FragmentNextAt] = [9, 6, 40];

const headerBytes = 16;
const instructionBytes = 8;
/** More than any packet has. */
const keptBytesMax = 262_144;

/** Offsets count from the IP header, which is where a packet of a SOCK_DGRAM socket begins. */
function program(loopbackIndex: number): Instruction[] {
  return [
    { load: 'word', at: packetType },
    { whenEqual: PACKET_OUTGOING, to: 'outgoing' },
    { to: 'once' },
    { label: 'outgoing', load: 'word', at: deviceIndex },
    { whenEqual: loopbackIndex, to: 'drop' },
    { label: 'once', load: 'word', at: etherType },
    { whenEqual: etherTypeIpv4, to: 'IPv4' },
    { whenEqual: etherTypeIpv6, to: 'IPv6' },
    { to: 'drop' },
    { label: 'IPv4', load: 'byte', at: ipv4ProtocolAt },
    { whenEqual: protocolIcmp, to: 'keep' },
    { to: 'transport' },
    { label: 'IPv6', load: 'byte', at: ipv6NextAt },
    { whenEqual: protocolFragment, to: 'fragment' },
    { to: 'transport' },
    { label: 'fragment', load: 'byte', at: ipv6FragmentNextAt },
    { label: 'transport', whenEqual: protocolTcp, to: 'keep' },
    { whenEqual: protocolUdp, to: 'keep' },
    { label: 'drop', keep: false },
    { label: 'keep', keep: true },
  ];
}

/** struct sock_filter for each instruction. */
function assemble(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * instructionBytes);
  const put = (index: number, code: number, operand: number, whenEqual = 0) => {
    const at = index * instructionBytes;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(whenEqual, at + 2);
    bytes.writeUInt32LE(operand, at + 4);
  };
  instructions.forEach((instruction, index) => {
    // Jumps are counted from the next instruction.
    const distance = (to: string) =>
      instructions.findIndex(({ label }) => label === to) - index - 1;
    if ('load' in instruction) {
      put(index, instruction.load === 'word' ? BPF_LD_W_ABS : BPF_LD_B_ABS, instruction.at);
    } else if ('whenEqual' in instruction) {
      put(index, BPF_JMP_JEQ_K, instruction.whenEqual, distance(instruction.to));
    } else if ('keep' in instruction) {
      put(index, BPF_RET_K, instruction.keep ? keptBytesMax : 0);
    } else {
      put(index, BPF_JMP_JA, distance(instruction.to));
    }
  });
  return bytes;
}

/**
 * struct sock_fprog for SO_ATTACH_FILTER, socket(7), of a packet socket of type SOCK_DGRAM. The program that
 * it points to lies behind it in the same memory.
 */
export function packetFilter(loopbackIndex: number): Buffer {
  const instructions = assemble(program(loopbackIndex));
  const filter = Buffer.concat([Buffer.alloc(headerBytes), instructions]);
  filter.writeUInt16LE(instructions.length / instructionBytes, 0);
  filter.writeBigUInt64LE(addressOf(filter) + BigInt(headerBytes), 8);
  return filter.subarray(0, headerBytes);
}
