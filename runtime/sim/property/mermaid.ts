import type { Scene } from './sequence.ts';

const PARTICIPANTS_MAX = 12;
const TEXT_MAX = 120;

/** A Mermaid sequence diagram of `scenes`; of more than 12 participants, the rest is one. */
export function drawSequence(scenes: readonly Scene[]): string {
  const names = [...new Set(scenes.flatMap(({ from, to }) => [...(from ? [from] : []), ...to]))];
  const shown = names.slice(0, PARTICIPANTS_MAX);
  const isCut = names.length > shown.length;
  const labels = names.length === 0 ? ['run'] : isCut ? [...shown, 'others'] : shown;
  const idOf = (name: string): string => {
    const at = labels.indexOf(name);
    return `p${at < 0 ? labels.length - 1 : at}`;
  };
  const all = labels.length === 1 ? 'p0' : `p0,p${labels.length - 1}`;
  return [
    'sequenceDiagram',
    ...labels.map((label, at) => `    participant p${at} as ${escaped(label)}`),
    ...scenes.map((scene) => `    ${drawScene(scene, idOf, all)}`),
    '',
  ].join('\n');
}

function drawScene({ atMs, text, from, to }: Scene, idOf: (name: string) => string, all: string) {
  const told = escaped(`${atMs} ms ${text}`);
  const [first, ...more] = to;
  if (first === undefined) return `Note over ${all}: ${told}`;
  if (from === undefined) return `Note over ${idOf(first)}: ${told}`;
  if (more.length === 0) return `${idOf(from)}->>${idOf(first)}: ${told}`;
  return `Note over ${idOf(from)}: ${told} to ${to.length}`;
}

const entities: Readonly<Record<string, string>> = {
  '#': '#35;',
  ';': '#59;',
  ':': '#58;',
  '<': '#lt;',
  '>': '#gt;',
};

/** What strangers wrote, in one line that steers no terminal. */
export const inLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ');

/** What Mermaid would take for its own syntax is written as an entity. */
function escaped(text: string): string {
  const line = inLine(text);
  const short = line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}…` : line;
  return short.replace(/[#;:<>]/g, (sign) => entities[sign] ?? sign);
}
