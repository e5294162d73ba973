import type { RefObject } from 'preact';
import type { Chart } from '../../../chart.ts';
import { Icon, type IconName } from '../icon.tsx';
import { machineOf } from './machine.ts';
import { mermaidOf } from './mermaid.ts';
import type { Placed } from './placed.ts';

/** Nearer, farther, all of it; and the chart as a file. */
export function ChartTools(props: {
  readonly chart: Chart;
  readonly svg: RefObject<SVGSVGElement | null>;
  readonly placed: Placed | undefined;
  readonly zoom: (by: number) => void;
  readonly showAll: () => void;
}) {
  const { chart, svg, placed, zoom, showAll } = props;
  const saveSvg = () => {
    if (svg.current && placed)
      save(`${chart.id}.svg`, 'image/svg+xml', drawing(svg.current, placed));
  };
  const saveJson = () =>
    save(`${chart.id}.json`, 'application/json', `${JSON.stringify(machineOf(chart), null, 2)}\n`);
  return (
    <header class="chart-tools">
      <span class="clip">
        <b>{chart.id}</b>{' '}
        <span class="faint">
          {chart.states.length - 1} states, {chart.edges.length} transitions
          {chart.more > 0 && `, ${chart.more} more left out`}
        </span>
      </span>
      <span class="chart-files">
        <button
          type="button"
          onClick={saveSvg}
          disabled={placed === undefined}
          title={placed ? 'The picture as it is now' : 'It is being drawn'}
        >
          {placed ? 'SVG' : 'SVG…'}
        </button>
        <button
          type="button"
          title="A state diagram for Markdown"
          onClick={() => save(`${chart.id}.mmd`, 'text/plain', mermaidOf(chart))}
        >
          Mermaid
        </button>
        <button type="button" onClick={saveJson} title="The machine, for the editor of Stately">
          JSON
        </button>
      </span>
      <Tool icon="minus" label="Farther" act={() => zoom(0.8)} />
      <Tool icon="plus" label="Nearer" act={() => zoom(1.25)} />
      <Tool icon="fit" label="All of it" act={showAll} />
    </header>
  );
}

function Tool(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly act: () => void;
}) {
  return (
    <button
      type="button"
      class="icon"
      aria-label={props.label}
      title={props.label}
      onClick={props.act}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name.replace(/[^\w.-]+/g, '-');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The picture on its own: all of it, with the styles and colours that it has here. */
function drawing(svg: SVGSVGElement, { width, height }: Placed): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const name of ['tabindex', 'role']) copy.removeAttribute(name);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.querySelector('g')?.removeAttribute('transform');
  for (const button of copy.querySelectorAll('.turn, .spark')) button.remove();
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  style.textContent = stylesOf('.chart');
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
}

/** The rules of what is within `of`, with the values of this moment. */
function stylesOf(of: string): string {
  const values = getComputedStyle(document.documentElement);
  const rules = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSStyleRule && rule.selectorText.startsWith(`${of} `))
    .map((rule) =>
      rule.cssText.replace(/var\((--[\w-]+)\)/g, (_, name) => values.getPropertyValue(name)),
    );
  const ground = values.getPropertyValue('--ground');
  return [`svg { background: ${ground}; }`, ...rules].join('\n').replaceAll(`${of} `, '');
}
