import type { Box, Graph, GraphLine } from './graph.ts';
import type { Place, Placed, Point } from './placed.ts';

const BETWEEN_LAYERS = 44;
const BETWEEN_BOXES = 22;
const ASIDE = 18;
const SWEEPS = 4;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A simple layout, for where the better one cannot be had: layers from left to right. */
export function layOutSimply(graph: Graph): Placed {
  const boxes = new Map<string, Place>();
  const above = new Map<string, readonly string[]>();
  const name = (box: Box, holders: readonly string[]): void => {
    above.set(box.id, [box.id, ...holders]);
    if (box.is === 'state') for (const inner of box.within) name(inner, [box.id, ...holders]);
  };
  name(graph.root, []);
  const inner = new Map<string, Size & { readonly places: ReadonlyMap<string, Point> }>();
  const measure = (box: Box): Size => {
    if (box.is !== 'state' || box.within.length === 0) return box;
    const sizes = new Map(box.within.map((one) => [one.id, measure(one)]));
    const links = linksWithin(box.within, graph.lines, above);
    const placed = placeLayers(box.within, sizes, links);
    const width = Math.max(box.width, placed.width + 2 * ASIDE);
    const height = box.height + placed.height + 2 * ASIDE;
    inner.set(box.id, { width, height, places: placed.places });
    return { width, height };
  };
  const put = (box: Box, at: Point): void => {
    const size = inner.get(box.id);
    boxes.set(box.id, {
      ...at,
      width: size?.width ?? box.width,
      height: size?.height ?? box.height,
    });
    if (box.is !== 'state' || size === undefined) return;
    for (const one of box.within) {
      const place = size.places.get(one.id) ?? { x: 0, y: 0 };
      put(one, { x: at.x + ASIDE + place.x, y: at.y + box.height + ASIDE + place.y });
    }
  };
  const size = measure(graph.root);
  put(graph.root, { x: ASIDE, y: ASIDE });
  const lines = new Map(graph.lines.map((line) => [line.id, drawn(line, boxes)]));
  return { width: size.width + 2 * ASIDE, height: size.height + 2 * ASIDE, boxes, lines };
}

type Link = readonly [from: string, to: string];

/** Lines between boxes, or what is in them, that are all in one box. */
function linksWithin(
  within: readonly Box[],
  lines: readonly GraphLine[],
  above: ReadonlyMap<string, readonly string[]>,
): readonly Link[] {
  const here = new Set(within.map(({ id }) => id));
  const holder = (id: string) => above.get(id)?.find((one) => here.has(one));
  return lines.flatMap(({ from, to }): Link[] => {
    const [start, end] = [holder(from), holder(to)];
    return start === undefined || end === undefined || start === end ? [] : [[start, end]];
  });
}

function placeLayers(
  within: readonly Box[],
  sizes: ReadonlyMap<string, Size>,
  links: readonly Link[],
) {
  const layers = orderLayers(layersOf(within, links), links);
  const heights = layers.map((ids) => heightOf(ids, sizes));
  const height = Math.max(0, ...heights);
  const places = new Map<string, Point>();
  let x = 0;
  for (const [index, ids] of layers.entries()) {
    const width = Math.max(...ids.map((id) => sizes.get(id)?.width ?? 0));
    let y = (height - (heights[index] ?? 0)) / 2;
    for (const id of ids) {
      const size = sizes.get(id);
      places.set(id, { x: x + (width - (size?.width ?? 0)) / 2, y });
      y += (size?.height ?? 0) + BETWEEN_BOXES;
    }
    x += width + BETWEEN_LAYERS;
  }
  return { places, width: Math.max(0, x - BETWEEN_LAYERS), height };
}

const heightOf = (ids: readonly string[], sizes: ReadonlyMap<string, Size>): number =>
  ids.reduce((sum, id) => sum + (sizes.get(id)?.height ?? 0) + BETWEEN_BOXES, -BETWEEN_BOXES);

/** Each box after all that lead to it; lines that lead back, found on the way, do not count. */
function layersOf(within: readonly Box[], links: readonly Link[]): string[][] {
  const onward = new Map<string, string[]>();
  for (const [from, to] of links) onward.set(from, [...(onward.get(from) ?? []), to]);
  const state = new Map<string, 'open' | 'done'>();
  const after: string[] = [];
  const isBack = new Set<string>();
  for (const { id: begin } of within) {
    const stack: (readonly [id: string, leaves: boolean])[] = [[begin, false]];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [id, leaves] = top;
      if (leaves) {
        state.set(id, 'done');
        after.push(id);
      } else if (!state.has(id)) {
        state.set(id, 'open');
        stack.push([id, true]);
        for (const to of onward.get(id) ?? []) {
          if (state.get(to) === 'open') isBack.add(`${id}\n${to}`);
          else if (!state.has(to)) stack.push([to, false]);
        }
      }
    }
  }
  const layer = new Map<string, number>();
  for (const id of after.reverse()) {
    const own = layer.get(id) ?? 0;
    layer.set(id, own);
    for (const to of onward.get(id) ?? []) {
      if (!isBack.has(`${id}\n${to}`)) layer.set(to, Math.max(layer.get(to) ?? 0, own + 1));
    }
  }
  const layers: string[][] = [];
  for (const { id } of within) {
    const at = layer.get(id) ?? 0;
    layers[at] = [...(layers[at] ?? []), id];
  }
  return layers.filter((ids) => ids !== undefined);
}

/** Boxes come near those that they are linked to. */
function orderLayers(layers: readonly string[][], links: readonly Link[]): readonly string[][] {
  const neighbours = new Map<string, string[]>();
  for (const [from, to] of links) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const rank = new Map<string, number>();
  const note = (ids: readonly string[]): void => {
    for (const [index, id] of ids.entries()) rank.set(id, index / Math.max(1, ids.length - 1));
  };
  for (const ids of layers) note(ids);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const ids of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      const wish = new Map(ids.map((id) => [id, middle(neighbours.get(id) ?? [id], rank)]));
      ids.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      note(ids);
    }
  }
  return layers;
}

const middle = (ids: readonly string[], rank: ReadonlyMap<string, number>): number =>
  ids.reduce((sum, id) => sum + (rank.get(id) ?? 0), 0) / ids.length;

/** From border to border; of a box and one it is in, from border to border too. */
function drawn({ from, to }: GraphLine, boxes: ReadonlyMap<string, Place>): readonly Point[] {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  if (start === undefined || end === undefined) return [];
  return [borderTowards(start, centreOf(end)), borderTowards(end, centreOf(start))];
}

const centreOf = ({ x, y, width, height }: Place): Point => ({
  x: x + width / 2,
  y: y + height / 2,
});

function borderTowards(place: Place, to: Point): Point {
  const centre = centreOf(place);
  const [dx, dy] = [to.x - centre.x, to.y - centre.y];
  if (dx === 0 && dy === 0) return { x: place.x, y: centre.y };
  const share = Math.min(place.width / 2 / Math.abs(dx), place.height / 2 / Math.abs(dy));
  return { x: centre.x + dx * share, y: centre.y + dy * share };
}
