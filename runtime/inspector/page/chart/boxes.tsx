import type { EdgeBox, Graph, GraphLine, StateBox, StateRow } from './graph.ts';
import { ROW_HEIGHT, TITLE_HEIGHT } from './graph.ts';
import { type Place, type Placed, pathOf } from './placed.ts';

/** What is lit of a chart. */
export interface Lit {
  /** The innermost states that it is in. */
  readonly leaves: ReadonlySet<string>;
  /** With all that they are within. */
  readonly active: ReadonlySet<string>;
  /** How often each edge was taken. */
  readonly taken: readonly number[];
  /** The edges that were taken last. */
  readonly last: ReadonlySet<number>;
  /** They were taken just now. */
  readonly isFresh: boolean;
}

interface Drawing {
  readonly placed: Placed;
  readonly lit: Lit;
  readonly turn: (path: string) => void;
}

export function ChartBoxes({ graph, ...drawing }: Drawing & { readonly graph: Graph }) {
  const { states, edges, dots } = sorted(graph.root);
  return (
    <>
      {states.map((box) => (
        <State key={box.id} box={box} {...drawing} />
      ))}
      {graph.lines.map((line) => (
        <Line key={line.id} line={line} {...drawing} />
      ))}
      {dots.map((id) => {
        const place = drawing.placed.boxes.get(id);
        return (
          place && <circle key={id} class="dot-begin" cx={place.x + 5} cy={place.y + 5} r={4} />
        );
      })}
      {edges.map((box) => (
        <Edge key={box.id} box={box} {...drawing} />
      ))}
    </>
  );
}

/** States that hold others come first, so that these are drawn over them. */
function sorted(root: StateBox) {
  const states: StateBox[] = [];
  const edges: EdgeBox[] = [];
  const dots: string[] = [];
  const visit = (box: StateBox): void => {
    states.push(box);
    for (const inner of box.within) {
      if (inner.is === 'state') visit(inner);
      else if (inner.is === 'edge') edges.push(inner);
      else dots.push(inner.id);
    }
  };
  visit(root);
  return { states, edges, dots };
}

function classOf(edge: number | undefined, { taken, last, isFresh }: Lit): string {
  if (edge === undefined) return 'begin';
  if (last.has(edge)) return isFresh ? 'taken last fresh' : 'taken last';
  return (taken[edge] ?? 0) > 0 ? 'taken' : '';
}

function State({ box, placed, lit, turn }: Drawing & { readonly box: StateBox }) {
  const place = placed.boxes.get(box.id);
  if (place === undefined) return null;
  const { state } = box;
  const isLeaf = lit.leaves.has(box.id) || (box.isClosed && lit.active.has(box.id));
  const look = isLeaf ? 'in' : lit.active.has(box.id) ? 'around' : '';
  const isRegion = box.within.length > 0;
  return (
    <g class={`state ${state.type} ${look} ${isRegion ? 'holds' : ''}`}>
      <rect {...place} rx={10} />
      {state.type === 'final' && <rect class="inner" {...inset(place, 4)} rx={7} />}
      <text class="title" x={place.x + 12} y={place.y + 20}>
        {state.type === 'history' ? `H ${box.title}` : box.title}
      </text>
      {box.rows.map((row, index) => (
        <Row key={row.text} row={row} index={index} place={place} lit={lit} />
      ))}
      {state.type === 'parallel' && !box.isClosed && <Kind place={place} />}
      {state.states.length > 0 && state.path !== '' && <Turn box={box} place={place} turn={turn} />}
    </g>
  );
}

const inset = ({ x, y, width, height }: Place, by: number): Place => ({
  x: x + by,
  y: y + by,
  width: Math.max(0, width - 2 * by),
  height: Math.max(0, height - 2 * by),
});

function Kind({ place }: { readonly place: Place }) {
  return (
    <text class="kind" x={place.x + place.width - 34} y={place.y + 20} text-anchor="end">
      parallel
    </text>
  );
}

function Turn(props: {
  readonly box: StateBox;
  readonly place: Place;
  readonly turn: (path: string) => void;
}) {
  const { box, place, turn } = props;
  const at = { x: place.x + place.width - 28, y: place.y + 5 };
  const spoken = {
    role: 'button' as const,
    tabIndex: 0,
    'aria-expanded': !box.isClosed,
    'aria-label': `${box.isClosed ? 'Open' : 'Close'} ${box.id}`,
    onClick: () => turn(box.id),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' || event.key === ' ') turn(box.id);
    },
  };
  return (
    <g class="turn" {...spoken}>
      <rect {...at} width={22} height={20} rx={5} />
      <path d={`M${at.x + 7} ${at.y + 10}h8${box.isClosed ? `M${at.x + 11} ${at.y + 6}v8` : ''}`} />
    </g>
  );
}

function Row(props: {
  readonly row: StateRow;
  readonly index: number;
  readonly place: Place;
  readonly lit: Lit;
}) {
  const { row, index, place, lit } = props;
  const times = row.edge === undefined ? 0 : (lit.taken[row.edge] ?? 0);
  const look = row.means === 'edge' ? classOf(row.edge, lit) : '';
  return (
    <text
      key={look.includes('fresh') ? times : 0}
      class={`row ${row.means} ${look}`}
      x={place.x + 12}
      y={place.y + TITLE_HEIGHT + 9 + index * ROW_HEIGHT}
    >
      {row.text}
      {times > 0 && <tspan class="times"> {timesText(times)}</tspan>}
    </text>
  );
}

const timesText = (times: number): string =>
  times > 9999 ? `×${Math.floor(times / 1000)}k` : `×${times}`;

function Line({ line, placed, lit }: Drawing & { readonly line: GraphLine }) {
  const points = placed.lines.get(line.id) ?? [];
  const look = classOf(line.edge, lit);
  const times = line.edge === undefined ? 0 : (lit.taken[line.edge] ?? 0);
  const d = pathOf(points);
  const [before, end] = points.slice(-2);
  return (
    <g class={`line ${look}`}>
      <path d={d} />
      {look.includes('fresh') && <path key={times} class="spark" d={d} pathLength={1} />}
      {line.points && before && end && <path class="arrow" d={arrow(before, end)} />}
    </g>
  );
}

/** A marker would not take the colour of its line in every browser. */
function arrow(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [((to.x - from.x) / length) * 8, ((to.y - from.y) / length) * 8];
  const [x, y] = [to.x - dx, to.y - dy];
  return `M${to.x} ${to.y}L${x - dy / 2} ${y + dx / 2}L${x + dy / 2} ${y - dx / 2}Z`;
}

function Edge({ box, placed, lit }: Drawing & { readonly box: EdgeBox }) {
  const place = placed.boxes.get(box.id);
  if (place === undefined) return null;
  const look = classOf(box.edge, lit);
  const times = lit.taken[box.edge] ?? 0;
  const count = timesText(times);
  const width = count.length * 6.6 + 10;
  return (
    <g class={`edge ${look}`} key={look.includes('fresh') ? times : 0}>
      <rect {...place} rx={6} />
      {box.rows.map((row, index) => (
        <text
          key={row}
          class={index === 0 ? 'event' : 'row'}
          x={place.x + 9}
          y={place.y + 16 + index * ROW_HEIGHT}
        >
          {row}
        </text>
      ))}
      {times > 0 && (
        <g class="times">
          <rect
            x={place.x + place.width - width / 2}
            y={place.y - 8}
            width={width}
            height={16}
            rx={8}
          />
          <text x={place.x + place.width} y={place.y + 3.5} text-anchor="middle">
            {count}
          </text>
        </g>
      )}
    </g>
  );
}
