import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { cellsOf, type Field, fieldOf } from './field.ts';
import { hashOf } from './route.ts';
import { shown } from './state.ts';
import { theme } from './theme.ts';
import type { Filter } from './tree-lines.ts';

const HEIGHT_MAX = 160;

/** All actors at once: a cell each, its colour the life, its brightness what it did just now. */
export function ActorField({ filter }: { readonly filter: Filter }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const field = useRef<Field>({ columns: 1, rows: 1, size: 1 });
  const [under, setUnder] = useState('');
  const [width, setWidth] = useState(0);
  const { model, atMs } = shown.value;
  const cells = cellsOf(model, filter, atMs);
  useLayoutEffect(() => {
    const { current } = canvas;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  field.current = fieldOf(cells.ids.length, width, HEIGHT_MAX);
  const { columns, rows, size } = field.current;
  useLayoutEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, cells.groups, field.current);
  });
  const idAt = (event: MouseEvent): number | undefined => {
    const column = Math.floor(event.offsetX / size);
    if (column >= columns) return undefined;
    return cells.ids[Math.floor(event.offsetY / size) * columns + column];
  };
  const pathAt = (event: MouseEvent) => model.actors[idAt(event) ?? -1]?.path;
  return (
    <figure class="field">
      <canvas
        ref={canvas}
        style={{ height: `${rows * size}px` }}
        onMouseMove={(event) => setUnder(pathAt(event) ?? '')}
        onMouseLeave={() => setUnder('')}
        onClick={(event) => {
          const path = pathAt(event);
          if (path !== undefined) location.hash = hashOf({ view: 'actor', rest: path });
        }}
      />
      <figcaption class="faint clip">
        {under || `${cells.ids.length.toLocaleString('en')} actors, brighter where one just moved`}
      </figcaption>
    </figure>
  );
}

let palette: { of: string; colours: ReadonlyMap<string, number> } = { of: '', colours: new Map() };

/** As a pixel has it: alpha, blue, green, red. */
function colourOf(name: string): number {
  if (palette.of !== theme.value) palette = { of: theme.value, colours: new Map() };
  const known = palette.colours.get(name);
  if (known !== undefined) return known;
  const text = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    Number.parseInt(text.slice(at, at + 2), 16),
  );
  const colour = (blue << 16) | (green << 8) | red;
  palette = { of: palette.of, colours: new Map([...palette.colours, [name, colour]]) };
  return colour;
}

/** Ten thousand cells, ten times a second: pixel by pixel this takes a tenth of what shapes do. */
function draw(
  canvas: HTMLCanvasElement,
  groups: ReadonlyMap<string, readonly number[]>,
  { columns, rows, size }: Field,
): void {
  const scale = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(rows * size * scale);
  const paper = canvas.getContext('2d');
  if (paper === null || width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const picture = paper.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  const gap = size > 5 ? 2 : size > 3 ? 1 : 0;
  const inner = Math.max(1, Math.round((size - gap) * scale));
  for (const [group, places] of groups) {
    const [name = '', alpha = '1'] = group.split(' ');
    const pixel = ((Math.round(Number(alpha) * 255) << 24) | colourOf(name)) >>> 0;
    for (const place of places) {
      const row = Math.floor(place / columns);
      const left = Math.round((place - row * columns) * size * scale);
      const top = Math.round(row * size * scale);
      for (let y = top; y < Math.min(top + inner, height); y++) {
        const end = y * width + left + inner;
        for (let x = y * width + left; x < end; x++) pixels[x] = pixel;
      }
    }
  }
  paper.putImageData(picture, 0, 0);
}
