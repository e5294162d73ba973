import type { Chart } from '../../../../runtime/chart.ts';
import {
  type Kind,
  kinds,
  type Life,
  lives,
  type Row,
} from '../../../../runtime/inspector/protocol.ts';

interface Told {
  readonly kind?: Kind;
  readonly chart?: number;
  readonly life?: Life;
  readonly states?: readonly number[];
  readonly incarnation?: number;
}

/** An actor as the stream tells it. */
export function row(id: number, parent: number, name: string, told: Told = {}): Row {
  const { kind = 'actor', chart = -1, life = 'running', states = [], incarnation = 1 } = told;
  return [
    id,
    parent,
    name,
    kinds.indexOf(kind),
    chart,
    lives.indexOf(life),
    states,
    incarnation,
    0,
    0,
  ];
}

const state = (key: string, path = key) => ({
  path,
  key,
  type: 'atomic' as const,
  tags: [],
  entry: [],
  exit: [],
  invoke: [],
  states: [],
});

const edge = (source: string, event: string, target: string) => ({
  name: `${source} ${event} -> ${target}`,
  source,
  event,
  actions: [],
  targets: [target],
  reenter: false,
});

/** A door that is closed or open. */
export const doorChart: Chart = {
  hash: 'd00r',
  id: 'door',
  states: ['', 'closed', 'open'],
  root: {
    ...state('door', ''),
    type: 'compound',
    initial: 'closed',
    states: [state('closed'), state('open')],
  },
  edges: [edge('closed', 'door.push', 'open'), edge('open', 'door.pull', 'closed')],
  more: 0,
};
