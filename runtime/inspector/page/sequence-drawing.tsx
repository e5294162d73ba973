import type { RefObject } from 'preact';
import { ActorLink, exactText } from './moment.tsx';
import { hashOf } from './route.ts';
import type { Sequence } from './sequence.ts';
import { HEAD_HEIGHT, layoutOf, type Row } from './sequence-layout.ts';
import { timesText } from './sequence-mermaid.ts';

/** What is beside the drawing, in pixels. */
const AROUND = 240;

/** A sequence as it is drawn: a lifeline each, time goes down. */
export function SequenceDrawing(props: {
  readonly sequence: Sequence;
  readonly svg: RefObject<SVGSVGElement | null>;
}) {
  const layout = layoutOf(props.sequence, innerWidth - AROUND, (scene) => exactText(scene.atMs));
  const { cast } = props.sequence;
  const { width, height, heads, frames, rows } = layout;
  return (
    <figure class="sequence" aria-label={`${rows.length} steps among ${cast.join(', ')}`}>
      <div class="heads" style={{ width: `${width}px` }}>
        {heads.map(({ name, x }) => (
          <span key={name} class="clip" style={{ left: `${x}px` }} title={name}>
            <ActorLink path={name} />
          </span>
        ))}
      </div>
      <svg ref={props.svg} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>What happened, from the top down</title>
        <defs>
          <marker
            id="head"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path class="tip" d="M0 0.5 8 4 0 7.5z" />
          </marker>
        </defs>
        {heads.map(({ name, label, x }) => (
          <g key={name}>
            <line class="lifeline" x1={x} x2={x} y1={HEAD_HEIGHT - 10} y2={height} />
            <text class="head" x={x} y={HEAD_HEIGHT - 24} text-anchor="middle">
              {label}
            </text>
          </g>
        ))}
        {frames.map((frame) => (
          <g key={frame.y}>
            <rect
              class="frame"
              x="84"
              y={frame.y}
              width={width - 88}
              height={frame.height}
              rx="6"
            />
            <text class="frame-label" x="94" y={frame.y + 14}>
              {frame.label}
            </text>
          </g>
        ))}
        {rows.map((row) => (
          <SequenceRow key={row.y} row={row} />
        ))}
      </svg>
    </figure>
  );
}

function SequenceRow({ row }: { readonly row: Row }) {
  const { atMs, text } = row.scene;
  const at = row.is === 'note' ? row.scene.at : row.scene.to;
  const href =
    at === undefined
      ? hashOf({ view: 'timeline', atMs })
      : hashOf({ view: 'actor', rest: at, atMs });
  return (
    <a href={href} class="step" tabIndex={-1}>
      <title>{`${timesText(row.scene)} ${text}`}</title>
      <text class="when" x="76" y={row.y + 4} text-anchor="end">
        {row.when}
      </text>
      {row.is === 'note' ? <NoteBox row={row} /> : <ArrowLine row={row} />}
    </a>
  );
}

function NoteBox({ row }: { readonly row: Extract<Row, { is: 'note' }> }) {
  const { x, y, width, label, scene } = row;
  return (
    <g class={`note ${scene.tone} ${scene.isState ? 'state' : ''}`}>
      <rect x={x} y={y - 11} width={width} height="22" rx={scene.isState ? 11 : 4} />
      <text x={x + width / 2} y={y + 4} text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

function ArrowLine({ row }: { readonly row: Extract<Row, { is: 'arrow' }> }) {
  const { x1, x2, y, label, scene } = row;
  // Whatever takes time goes down on its way.
  const fall = scene.handledMs === undefined ? 0 : 8;
  const isSelf = x1 === x2;
  const path = isSelf
    ? `M${x1} ${y - 5}h34v12h-32`
    : `M${x1} ${y + 4 - fall / 2}L${x2 + (x2 > x1 ? -2 : 2)} ${y + 4 + fall / 2}`;
  return (
    <g class={scene.isCause ? 'arrow cause' : 'arrow'}>
      <path d={path} marker-end="url(#head)" />
      <text
        x={isSelf ? x1 + 42 : (x1 + x2) / 2}
        y={y - 4}
        text-anchor={isSelf ? 'start' : 'middle'}
      >
        {label}
      </text>
    </g>
  );
}

const kept = [
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor'],
];

/** The drawing with all that it looks by, for a file of its own. */
export function savedSvg(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return '';
  const [from, to] = [svg, copy].map((root) => [...root.querySelectorAll<SVGElement>('*')]);
  to?.forEach((element, at) => {
    const source = from?.[at];
    if (source === undefined) return;
    const style = getComputedStyle(source);
    for (const name of kept) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute('class');
  });
  for (const link of copy.querySelectorAll('a')) link.replaceWith(...link.childNodes);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.querySelector('title')?.after(ground);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

/** Gives somebody a file. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
