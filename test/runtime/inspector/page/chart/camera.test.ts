import { expect, it } from 'vitest';
import {
  fitted,
  moved,
  opened,
  zoomed,
} from '../../../../../runtime/inspector/page/chart/camera.ts';

const window = { width: 800, height: 600 };

it('shows all of a picture in the middle, and blows none up', () => {
  expect(fitted({ width: 1600, height: 600 }, window)).toEqual({ scale: 0.5, x: 0, y: 150 });
  expect(fitted({ width: 100, height: 100 }, window).scale).toBe(1.15);
  expect(fitted({ width: 0, height: 0 }, { width: 0, height: 0 }).scale).toBe(1);
});

it('begins at what is lit, where all of it would be too small to be read', () => {
  const { scale, x, y } = opened({ width: 400, height: 6000 }, window, { x: 200, y: 5000 });
  expect(scale).toBe(0.85);
  expect([x + 200 * scale, y + 5000 * scale]).toEqual([400, 300]);
  expect(opened({ width: 800, height: 600 }, window, { x: 0, y: 0 }).scale).toBe(1);
});

it('keeps what is under the pointer there, within its bounds', () => {
  const camera = zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 100, y: 100 });
  expect(camera).toEqual({ scale: 2, x: -80, y: -60 });
  expect(zoomed(camera, 1e9, { x: 0, y: 0 }).scale).toBe(4);
  expect(zoomed(camera, 0, { x: 0, y: 0 }).scale).toBe(0.08);
  expect(moved(camera, 5, -5)).toEqual({ scale: 2, x: -75, y: -65 });
});
