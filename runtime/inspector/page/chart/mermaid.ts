import type { Chart, ChartEdge, ChartState } from '../../../chart.ts';

/** A state diagram for Mermaid. */
export function mermaidOf(chart: Chart): string {
  const ids = new Map(chart.states.map((path, index) => [path, `s${index}`]));
  const idOf = (path: string): string => ids.get(path) ?? 's';
  // The diagram itself cannot lead anywhere: where the root does, it is drawn as a state.
  const isLeading = chart.edges.some(({ source }) => source === '');
  const root = { ...chart.root, type: 'compound' as const, states: [chart.root] };
  const { initial: _, ...around } = root;
  const lines = ['stateDiagram-v2', ...within(isLeading ? around : chart.root, idOf, '  ')];
  for (const edge of chart.edges) {
    const targets = edge.targets.length === 0 ? [edge.source] : edge.targets;
    for (const target of targets.filter((path) => path !== '')) {
      lines.push(`  ${idOf(edge.source)} --> ${idOf(target)} : ${escaped(wordsOf(edge))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function within(state: ChartState, idOf: (path: string) => string, indent: string): string[] {
  const begin = state.states.find(({ key }) => key === state.initial);
  const lines = begin === undefined ? [] : [`${indent}[*] --> ${idOf(begin.path)}`];
  for (const [index, inner] of state.states.entries()) {
    const id = idOf(inner.path);
    if (state.type === 'parallel' && index > 0) lines.push(`${indent}--`);
    lines.push(`${indent}state "${escaped(inner.key)}" as ${id}`);
    if (inner.states.length > 0) {
      lines.push(`${indent}state ${id} {`, ...within(inner, idOf, `${indent}  `), `${indent}}`);
    }
    if (inner.type === 'final') lines.push(`${indent}${id} --> [*]`);
  }
  return lines;
}

function wordsOf({ event, guard, actions }: ChartEdge): string {
  const when = guard === undefined ? '' : ` [${guard}]`;
  return `${event}${when}${actions.length === 0 ? '' : ` / ${actions.join(', ')}`}`;
}

/** What Mermaid would take for its own syntax is written as an entity. */
function escaped(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim() || '-';
  return line.replace(/[#;:<>"`{}\\]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
