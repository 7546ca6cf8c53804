import type { Box, Detection, Point } from '../ports.ts';
import type { Letterbox } from './letterbox.ts';

/** A face in the pixels of the network's input. */
export interface NetworkFace {
  readonly center: Point;
  readonly width: number;
  readonly height: number;
  readonly score: number;
  readonly eyes: readonly [Point, Point];
}

/**
 * The face in frame pixels, its box cut at the frame's border. Undefined where nothing of the box is
 * inside the frame.
 */
export function toFrameDetection(options: {
  face: NetworkFace;
  letterbox: Letterbox;
  frame: { readonly width: number; readonly height: number };
}): Detection | undefined {
  const { face, letterbox, frame } = options;
  const center = letterbox.toFrame(face.center);
  const width = letterbox.lengthToFrame(face.width);
  const height = letterbox.lengthToFrame(face.height);
  const box = clipBox({
    box: { x: center.x - width / 2, y: center.y - height / 2, width, height },
    frame,
  });
  if (box === undefined) return undefined;
  const [first, second] = [letterbox.toFrame(face.eyes[0]), letterbox.toFrame(face.eyes[1])];
  return { box, score: face.score, eyes: first.x <= second.x ? [first, second] : [second, first] };
}

function clipBox(options: {
  box: Box;
  frame: { readonly width: number; readonly height: number };
}): Box | undefined {
  const { box, frame } = options;
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const width = Math.min(frame.width, box.x + box.width) - x;
  const height = Math.min(frame.height, box.y + box.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
