import type { Box, Graph } from './graph.ts';
import type { Place, Placed, Point } from './placed.ts';

/** A graph as ELK takes it, and gives it back with coordinates. */
export interface ElkNode extends Partial<Place> {
  readonly id: string;
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly endPoint: Point;
    readonly bendPoints?: readonly Point[];
  }[];
}

const PAGE = 'the page';

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=12,left=12,bottom=12,right=12]',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.cycleBreaking.strategy': 'GREEDY',
  'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
};

/** What leads out of where a chart begins is to be read downwards. */
const onward = { 'elk.layered.priority.direction': '10' };

export function toElk({ root, lines }: Graph): ElkNode {
  const begins = new Set(lines.flatMap(({ edge, to }) => (edge === undefined ? [to] : [])));
  const firsts = new Set(lines.flatMap(({ from, to }) => (begins.has(from) ? [to] : [])));
  return {
    id: PAGE,
    layoutOptions: options,
    children: [toElkNode(root)],
    edges: lines.map(({ id, from, to }) => {
      const isOnward = begins.has(from) || firsts.has(from);
      const ends = { sources: [named(from)], targets: [named(to)] };
      return { id, ...ends, ...(isOnward && { layoutOptions: onward }) };
    }),
  };
}

/** The path of the root is no id for ELK. */
const named = (id: string): string => `:${id}`;

function toElkNode(box: Box): ElkNode {
  const { width, height } = box;
  if (box.is !== 'state' || box.within.length === 0) return { id: named(box.id), width, height };
  // ELK turns it with the direction: downwards, the first is the height.
  const minimum = { 'elk.nodeSize.minimum': `(${height},${width + 8})` };
  return {
    id: named(box.id),
    children: box.within.map(toElkNode),
    layoutOptions: {
      'elk.padding': `[top=${height + 8},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      ...minimum,
    },
  };
}

export function fromElk(page: ElkNode): Placed {
  const boxes = new Map<string, Place>();
  const lines = new Map<string, readonly Point[]>();
  const visit = (node: ElkNode): void => {
    const { id, x = 0, y = 0, width = 0, height = 0, children = [], edges = [] } = node;
    if (id !== PAGE) boxes.set(id.slice(1), { x, y, width, height });
    for (const { id: line, sections = [] } of edges) {
      const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
      ]);
      lines.set(line, points);
    }
    for (const child of children) visit(child);
  };
  visit(page);
  return { width: page.width ?? 0, height: page.height ?? 0, boxes, lines };
}
