import type { Box, Graph } from '../../../../../runtime/inspector/page/chart/graph.ts';
import type { Place, Placed } from '../../../../../runtime/inspector/page/chart/placed.ts';

/** What is wrong: boxes out of their holders or over each other, lines that are not drawn. */
export function faultsOf({ root, lines }: Graph, placed: Placed): readonly string[] {
  const faults: string[] = [];
  const visit = (box: Box, holder: Place): void => {
    const place = placed.boxes.get(box.id);
    if (place === undefined || !isWithin(place, holder)) {
      faults.push(`${box.id} is not where it belongs`);
      return;
    }
    if (place.width < box.width || place.height < box.height) faults.push(`${box.id} is too small`);
    if (box.is !== 'state') return;
    for (const inner of box.within) visit(inner, place);
    for (const [index, one] of box.within.entries()) {
      for (const other of box.within.slice(index + 1)) {
        if (isOver(placed.boxes.get(one.id), placed.boxes.get(other.id))) {
          faults.push(`${one.id} is over ${other.id}`);
        }
      }
    }
  };
  visit(root, { x: 0, y: 0, width: placed.width, height: placed.height });
  for (const { id } of lines) {
    const points = placed.lines.get(id) ?? [];
    const isDrawn = points.length >= 2 && points.every(({ x, y }) => Number.isFinite(x + y));
    if (!isDrawn) faults.push(`${id} is not drawn`);
  }
  return faults;
}

const isWithin = (inner: Place, outer: Place): boolean =>
  inner.x >= outer.x - 1 &&
  inner.y >= outer.y - 1 &&
  inner.x + inner.width <= outer.x + outer.width + 1 &&
  inner.y + inner.height <= outer.y + outer.height + 1;

function isOver(one: Place | undefined, other: Place | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x;
  const isAbove = one.y + one.height <= other.y || other.y + other.height <= one.y;
  return !isBeside && !isAbove;
}
