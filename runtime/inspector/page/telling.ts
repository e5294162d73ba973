import type { Chart } from '../../chart.ts';
import type { Happened } from './history.ts';
import { sentenceOf, type Tone } from './sentences.ts';

export type Kind = Happened['line'][0];

/** One line of what happened, in words. */
export interface Telling {
  readonly kind: Kind;
  readonly tone: Tone;
  /** Its type: of a fact or an event, the event of a transition, `note`, … */
  readonly title: string;
  readonly text: string;
}

export function tellingOf({ line, chart }: Happened): Telling {
  const [kind] = line;
  switch (line[0]) {
    case 'fact':
      return { kind, title: line[2].type, ...sentenceOf(line[2]) };
    case 'event': {
      const times = line[5] > 1 ? ` ×${line[5]}` : '';
      return { kind, tone: 'plain', title: line[4], text: `is told ${line[4]}${times}` };
    }
    case 'move':
      return { kind, tone: 'plain', ...moveWords(chart, line[3], line[4]) };
    case 'log':
      return { kind, tone: toneOfLevel(line[2]), title: line[2], text: line[3] };
    case 'note':
      return { kind, tone: 'plain', title: 'note', text: `${line[2]}${fieldsText(line[3])}` };
    case 'fault': {
      const { kind: title, ...fields } = line[2];
      const { atMs: _, ...rest } = { atMs: 0, ...fields };
      return { kind, tone: 'bad', title: `${title}`, text: `${title}${fieldsText(rest)}` };
    }
    case 'violation':
      return { kind, tone: 'bad', title: line[2], text: line[3] };
  }
}

const toneOfLevel = (level: string): Tone => {
  if (level === 'error' || level === 'fatal') return 'bad';
  return level === 'warn' ? 'turn' : 'plain';
};

function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).map(([name, value]) => {
    return ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return parts.join('');
}

type Edges = readonly (readonly [edge: number, times: number])[];

function moveWords(chart: Chart | undefined, states: readonly number[], edges: Edges) {
  const now = statesText(chart, states);
  const [first] = edges;
  const edge = first === undefined ? undefined : chart?.edges[first[0]];
  if (edge === undefined) return { title: 'move', text: now === '' ? 'moves' : `is in ${now}` };
  const more = edges.length > 1 ? `, and ${edges.length - 1} more` : '';
  const where = now === '' ? '' : ` and is in ${now}`;
  return { title: edge.event, text: `takes ${edge.event}${more}${where}` };
}

/** The states that it is in, as `open` or `door.open, cabin.moving`. */
export const statesText = (chart: Chart | undefined, states: readonly number[]): string =>
  states
    .map((at) => chart?.states[at])
    .filter((path) => path !== undefined && path !== '')
    .join(', ');

/** Whether a line is what somebody looks for: all words somewhere in it, in any order. */
export function isFound(happened: Happened, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { title, text } = tellingOf(happened);
  const whole = `${happened.path} ${happened.from ?? ''} ${title} ${text}`.toLowerCase();
  return words.every((word) => whole.includes(word));
}

export const wordsOf = (search: string): readonly string[] =>
  search.toLowerCase().split(/\s+/).filter(Boolean);
