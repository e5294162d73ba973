import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Chart } from '../../../chart.ts';
import { ChartBoxes, type Lit } from './boxes.tsx';
import { type Camera, fitted, moved, opened, zoomed } from './camera.ts';
import { closedAtFirst, type Graph, graphOf } from './graph.ts';
import { Layouts } from './layout.ts';
import type { Placed, Point } from './placed.ts';
import { ChartTools } from './tools.tsx';

const layouts = new Layouts({
  engine: (onAnswer, onFailure) => {
    const worker = new Worker(new URL('elk-worker.js', document.baseURI));
    worker.onmessage = ({ data }) => onAnswer(data);
    worker.onerror = onFailure;
    return { ask: (asked) => worker.postMessage(asked), end: () => worker.terminate() };
  },
  after: (ms, run) => void setTimeout(run, ms),
});

interface Drawn {
  readonly graph: Graph;
  readonly placed: Placed;
}

/** A statechart, drawn, with the states that are lit and the edges that were taken. */
export function ChartView(props: {
  readonly chart: Chart;
  readonly lit: Lit;
  readonly isSmall: boolean;
}) {
  const { chart, lit, isSmall } = props;
  const [closed, setClosed] = useState(() => closedAtFirst(chart));
  const drawn = useDrawn(chart, closed);
  const svg = useRef<SVGSVGElement>(null);
  const { camera, setCamera, showAll } = useCamera(svg, drawn, lit);
  const turn = (path: string) => {
    const next = new Set(closed);
    if (!next.delete(path)) next.add(path);
    setClosed(next);
  };
  const zoom = (by: number) => {
    const { clientWidth = 0, clientHeight = 0 } = svg.current ?? {};
    setCamera((before) => zoomed(before, by, { x: clientWidth / 2, y: clientHeight / 2 }));
  };
  const spoken = {
    role: 'group' as const,
    tabIndex: 0,
    'aria-label': `Statechart of ${chart.id}. In: ${[...lit.leaves].join(', ') || 'nothing'}`,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === '+' || event.key === '=') zoom(1.25);
      if (event.key === '-') zoom(0.8);
      if (event.key === '0') showAll();
      const step = arrows[event.key];
      if (step === undefined) return;
      event.preventDefault();
      setCamera((before) => moved(before, step.x, step.y));
    },
  };
  return (
    <div class={isSmall ? 'chart-view small' : 'chart-view'}>
      {!isSmall && (
        <ChartTools chart={chart} svg={svg} placed={drawn?.placed} zoom={zoom} showAll={showAll} />
      )}
      <div class="chart-window">
        <svg class="chart" ref={svg} {...spoken}>
          <title>{chart.id}</title>
          {drawn && (
            <g transform={`translate(${camera.x} ${camera.y}) scale(${camera.scale})`}>
              <ChartBoxes graph={drawn.graph} placed={drawn.placed} lit={lit} turn={turn} />
            </g>
          )}
        </svg>
        {drawn === undefined && <p class="drawing soft">Drawing…</p>}
      </div>
    </div>
  );
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: 60, y: 0 },
  ArrowRight: { x: -60, y: 0 },
  ArrowUp: { x: 0, y: 60 },
  ArrowDown: { x: 0, y: -60 },
};

/** What is drawn stays until what comes next is laid out. */
function useDrawn(chart: Chart, closed: ReadonlySet<string>): Drawn | undefined {
  const graph = useMemo(() => graphOf(chart, closed), [chart, closed]);
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => {
    let isLate = false;
    void layouts.of(graph).then((placed) => {
      if (!isLate) setDrawn({ graph, placed });
    });
    return () => {
      isLate = true;
    };
  }, [graph]);
  return drawn;
}

function useCamera(svg: RefObject<SVGSVGElement | null>, drawn: Drawn | undefined, lit: Lit) {
  const [camera, setCamera] = useState<Camera>({ x: 0, y: 0, scale: 1 });
  const placed = drawn?.placed;
  const hasMoved = useRef(false);
  const sizeOf = () => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = svg.current ?? {};
    return { width, height };
  };
  const change = (next: (before: Camera) => Camera) => {
    hasMoved.current = true;
    setCamera(next);
  };
  const showAll = () => {
    hasMoved.current = false;
    if (placed) setCamera(fitted(placed, sizeOf()));
  };
  useEffect(() => {
    const { current } = svg;
    if (current === null || placed === undefined) return;
    const at = centreOf(lit, placed);
    const observer = new ResizeObserver(() => {
      if (!hasMoved.current) setCamera(opened(placed, sizeOf(), at));
    });
    observer.observe(current);
    const stop = listen(current, change);
    return () => {
      observer.disconnect();
      stop();
    };
  }, [placed]);
  return { camera, setCamera: change, showAll };
}

/** Of the innermost state that is lit and drawn. */
function centreOf(lit: Lit, placed: Placed): Point {
  const inner = [...lit.active].sort((a, b) => b.length - a.length);
  const first = inner.find((path) => placed.boxes.has(path));
  const { x, y, width, height } = placed.boxes.get(first ?? '') ?? { ...placed, x: 0, y: 0 };
  return { x: x + width / 2, y: y + height / 2 };
}

/** One pointer moves the picture, two stretch it, the wheel makes it larger or smaller. */
function listen(
  svg: SVGSVGElement,
  change: (next: (before: Camera) => Camera) => void,
): () => void {
  const pointers = new Map<number, Point>();
  const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = svg.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const leave = new AbortController();
  const { signal } = leave;
  svg.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const by = Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.0015 : 0.05));
      change((before) => zoomed(before, by, pointOf(event)));
    },
    { passive: false, signal },
  );
  svg.addEventListener('pointerdown', (event) => pointers.set(event.pointerId, pointOf(event)), {
    signal,
  });
  const end = ({ pointerId }: PointerEvent) => void pointers.delete(pointerId);
  addEventListener('pointerup', end, { signal });
  addEventListener('pointercancel', end, { signal });
  svg.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      const now = pointOf(event);
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId);
      pointers.set(event.pointerId, now);
      if (other === undefined) {
        change((camera) => moved(camera, now.x - before.x, now.y - before.y));
        return;
      }
      const [, still] = other;
      const was = Math.hypot(before.x - still.x, before.y - still.y);
      const is = Math.hypot(now.x - still.x, now.y - still.y);
      if (was > 0) change((camera) => zoomed(camera, is / was, still));
    },
    { signal },
  );
  return () => leave.abort();
}
