/** The capture of this process itself, from a packet socket: nothing needs to be installed for it. */
import type { PacketFrame } from '../../kernel/packet-ring.ts';
import { PacketSocket } from '../../kernel/packet-socket.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import {
  type Capture,
  type CaptureListener,
  type CaptureSettings,
  CaptureUnavailable,
} from './capture.ts';

/** Near the most that a datagram carries: two of these do not fit into one block of the socket's ring. */
const fillBytes = 65_500;

/** Throws CaptureUnavailable when this process may not capture here. */
export async function startEmbedded(
  { onPacket, onEnd }: CaptureListener,
  { device, bufferBytes }: CaptureSettings,
): Promise<Capture> {
  const socket = open({ device, bufferBytes });
  const onFrame = ({ device: index, ...packet }: PacketFrame) => onPacket(packet, index);
  socket.watch(onFrame, (errno) => onEnd(`the packet socket failed: ${errno}`));
  return {
    async droppedSoFar() {
      try {
        return socket.dropped();
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        throw new CaptureUnavailable(`the packet socket failed: ${error.message}`);
      }
    },
    sendBarrier(send) {
      // Makes room first: it would be dropped where other packets were.
      socket.take(onFrame);
      send(0);
      // The kernel hands over a block when the next packet does not fit.
      send(fillBytes);
      send(fillBytes);
      socket.take(onFrame);
    },
    async stop() {
      socket.close();
    },
  };
}

function open(settings: CaptureSettings): PacketSocket {
  try {
    return new PacketSocket(settings);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new CaptureUnavailable(whyNot(error));
  }
}

function whyNot({ call, code, message }: SystemCallError): string {
  if (code === 'EPERM') {
    return 'packets may not be captured here: that needs root (CAP_NET_RAW), or a network namespace of its own; `pipewrench doctor` tells how to get one';
  }
  if (call === 'socket') return `this kernel has no packet sockets (AF_PACKET): ${message}`;
  return `the packet socket cannot be set up: ${message}`;
}
