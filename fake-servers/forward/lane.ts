/** What one run asks of one direction: how far, how fast, and what is done to the bytes. */
import { type Direction, pump, type Transform } from './direction.ts';

/** What is done to the bytes of one direction. */
export interface Shape {
  transform?: Transform;
  /** At most this many bytes in each interval. */
  pace?: { bytesMax: number; intervalMs: number };
}

export interface Lane {
  readonly direction: Direction;
  /** Counted as `bytesForwarded` is. */
  readonly limit: number;
  /** What the pace allows until its interval is over, counted as the limit is. */
  pacedLimit: number;
  readonly shape: Shape;
}

export function laneOf(direction: Direction, limit = Infinity, shape: Shape = {}): Lane {
  const lane = { direction, limit, pacedLimit: Infinity, shape };
  allowInterval(lane);
  return lane;
}

/** Answers whether it stopped to let others have their turn. */
export function pumpLane({ direction, limit, pacedLimit, shape }: Lane): boolean {
  return pump(direction, Math.min(limit, pacedLimit), shape.transform);
}

/** Calls `go` when an interval begins. Returns the function that ends it. */
export function keepPace(lane: Lane, go: () => void): () => void {
  const { pace } = lane.shape;
  if (!pace) return () => {};
  const timer = setInterval(() => {
    allowInterval(lane);
    go();
  }, pace.intervalMs);
  return () => clearInterval(timer);
}

function allowInterval(lane: Lane): void {
  const { pace } = lane.shape;
  if (pace) lane.pacedLimit = lane.direction.bytesForwarded + pace.bytesMax;
}
