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
  const drawn = useRef<Drawn>(undefined);
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
  const field = fieldOf(cells.ids.length, width, HEIGHT_MAX);
  const { columns, rows, size } = field;
  useLayoutEffect(() => {
    if (canvas.current === null || width === 0) return;
    drawn.current = draw(canvas.current, cells.looks, field, drawn.current);
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

/** What a canvas shows. */
interface Drawn {
  /** Of its place and its measures: with others all is drawn anew. */
  readonly of: string;
  readonly picture: ImageData;
  readonly looks: readonly string[];
}

/** Pixel by pixel, and only the cells that look otherwise than before: there are many. */
function draw(
  canvas: HTMLCanvasElement,
  looks: readonly string[],
  { columns, rows, size }: Field,
  before: Drawn | undefined,
): Drawn | undefined {
  const scale = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(rows * size * scale);
  const paper = canvas.getContext('2d');
  if (paper === null || width === 0 || height === 0) return undefined;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const of = [theme.value, width, height, columns, size, looks.length].join();
  const isSame = before?.of === of;
  const picture = isSame ? before.picture : paper.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  const gap = size > 5 ? 2 : size > 3 ? 1 : 0;
  const inner = Math.max(1, Math.round((size - gap) * scale));
  for (const [place, look] of looks.entries()) {
    if (isSame && before.looks[place] === look) continue;
    const [name = '', alpha = '1'] = look.split(' ');
    const pixel = ((Math.round(Number(alpha) * 255) << 24) | colourOf(name)) >>> 0;
    const row = Math.floor(place / columns);
    const left = Math.round((place - row * columns) * size * scale);
    const top = Math.round(row * size * scale);
    for (let y = top; y < Math.min(top + inner, height); y++) {
      pixels.fill(pixel, y * width + left, y * width + left + inner);
    }
  }
  paper.putImageData(picture, 0, 0);
  return { of, picture, looks };
}
