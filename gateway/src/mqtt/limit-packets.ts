import type { Socket } from 'node:net';
import { PacketLimiter, type PacketLimits } from './packet-limiter.ts';

/**
 * Lets the socket's reader (the broker, which calls `read`) see only what a `PacketLimiter` passes. The
 * socket itself stays the broker's connection, since a wrapping stream would have to mirror its every state.
 */
export function limitPackets(socket: Socket, limits: PacketLimits): void {
  const limiter = new PacketLimiter(limits);
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size);
    if (chunk === null) return null;
    try {
      return limiter.pass(chunk);
    } catch (error) {
      socket.destroy(error as Error);
      return null;
    }
  };
}
