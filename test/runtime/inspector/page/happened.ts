import type { Chart } from '../../../../runtime/chart.ts';
import type { Happened } from '../../../../runtime/inspector/page/history.ts';

type Fields = Readonly<Record<string, unknown>>;

export const fact = (
  atMs: number,
  type: string,
  path: string,
  data: Fields = {},
  more: { readonly id?: string; readonly causationid?: string } = {},
): Happened => ({
  line: ['fact', atMs, { id: `${type} ${atMs}`, type, subject: path, data, ...more }],
  path,
});

export const event = (
  atMs: number,
  from: string | undefined,
  path: string,
  type: string,
  times = 1,
): Happened => ({
  line: ['event', atMs, from === undefined ? -1 : 1, 2, type, times],
  path,
  ...(from === undefined ? {} : { from }),
});

export const note = (atMs: number, text: string, fields: Fields = {}): Happened => ({
  line: ['note', atMs, text, fields],
  path: '',
});

const none = { tags: [], entry: [], exit: [], invoke: [], states: [] };

/** A door: `open` shuts by `shut`, and `shut` opens by `open`. */
const door: Chart = {
  hash: 'door',
  id: 'door',
  states: ['', 'open', 'shut'],
  root: {
    ...{ ...none, path: '', key: 'door', type: 'compound', initial: 'open' },
    states: ['open', 'shut'].map((key) => ({ ...none, path: key, key, type: 'atomic' })),
  },
  edges: [
    { name: 'open shut -> shut', source: 'open', event: 'shut', targets: ['shut'] },
    { name: 'shut open -> open', source: 'shut', event: 'open', targets: ['open'] },
  ].map((edge) => ({ ...edge, actions: [], reenter: false })),
  more: 0,
};

/** It shuts or opens. */
export const move = (atMs: number, path: string, to: 'open' | 'shut'): Happened => ({
  line: ['move', atMs, 2, [door.states.indexOf(to)], [[to === 'shut' ? 0 : 1, 1]]],
  path,
  chart: door,
});
