import type { Point } from './placed.ts';

/** How a picture is looked at: moved, then made larger. */
export interface Camera extends Point {
  readonly scale: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const SCALE_MIN = 0.08;
const SCALE_MAX = 4;
/** Small charts are not blown up. */
const FIT_MAX = 1.15;

/** All of it, in the middle. */
export function fitted(picture: Size, window: Size): Camera {
  const fits = Math.min(window.width / picture.width, window.height / picture.height, FIT_MAX);
  const scale = Number.isFinite(fits) ? Math.max(SCALE_MIN, fits) : 1;
  return {
    scale,
    x: (window.width - picture.width * scale) / 2,
    y: (window.height - picture.height * scale) / 2,
  };
}

const READABLE = 0.5;
const READING = 0.85;

/** All of it; or, where nothing could be read then, what is at a point, large enough. */
export function opened(picture: Size, window: Size, at: Point): Camera {
  const all = fitted(picture, window);
  if (all.scale >= READABLE) return all;
  return {
    scale: READING,
    x: window.width / 2 - at.x * READING,
    y: window.height / 2 - at.y * READING,
  };
}

/** Nearer or farther, with what is at a point staying there. */
export function zoomed(camera: Camera, by: number, at: Point): Camera {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, camera.scale * by));
  const share = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * share, y: at.y - (at.y - camera.y) * share };
}

export const moved = (camera: Camera, x: number, y: number): Camera => ({
  ...camera,
  x: camera.x + x,
  y: camera.y + y,
});
