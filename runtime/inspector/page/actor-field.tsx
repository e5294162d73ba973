import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { cellsOf, type Field, fieldOf } from './field.ts';
import { hashOf } from './route.ts';
import { shown } from './state.ts';
import { theme } from './theme.ts';
import type { Filter } from './tree-lines.ts';

const HEIGHT_MAX = 132;

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

let palette: { of: string; colours: ReadonlyMap<string, string> } = { of: '', colours: new Map() };

function colourOf(name: string): string {
  if (palette.of !== theme.value) palette = { of: theme.value, colours: new Map() };
  const known = palette.colours.get(name);
  if (known !== undefined) return known;
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  palette = { of: palette.of, colours: new Map([...palette.colours, [name, colour]]) };
  return colour;
}

function draw(
  canvas: HTMLCanvasElement,
  groups: ReadonlyMap<string, readonly number[]>,
  { columns, rows, size }: Field,
): void {
  const scale = devicePixelRatio;
  const width = canvas.clientWidth * scale;
  const height = rows * size * scale;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const paper = canvas.getContext('2d');
  if (paper === null) return;
  paper.clearRect(0, 0, width, height);
  const inner = Math.max(1, size - (size > 5 ? 2 : 1)) * scale;
  for (const [group, places] of groups) {
    const [colour = '', alpha = '1'] = group.split(' ');
    paper.fillStyle = colourOf(colour);
    paper.globalAlpha = Number(alpha);
    for (const place of places) {
      const row = Math.floor(place / columns);
      paper.fillRect((place - row * columns) * size * scale, row * size * scale, inner, inner);
    }
  }
}
