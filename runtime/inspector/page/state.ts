import { computed, signal } from '@preact/signals';
import type { Panels } from '../panel-shapes.ts';
import type { Command, Panel, PanelName, Welcome } from '../protocol.ts';
import { History, liveBounds } from './history.ts';
import type { Connection, Live } from './live.ts';
import type { Model, Step } from './model.ts';
import { PanelHistory } from './panel-history.ts';
import { home, type Route } from './route.ts';

/** Where what is shown comes from. */
export type Source =
  | { readonly is: 'live' }
  | { readonly is: 'trace'; readonly name: string; readonly history: History };

const liveHistory = new History(liveBounds);
const panelHistory = new PanelHistory();

export const source = signal<Source>({ is: 'live' });
export const connection = signal<Connection>({ is: 'connecting' });
export const welcome = signal<Welcome | undefined>(undefined);
export const route = signal<Route>(home);
/** Goes up with everything that comes. */
export const tick = signal(0);
/** The moment that is looked at; `null` is now. */
export const cursor = signal<number | null>(null);

/** Set once, when the page begins. */
export const live = signal<Live | undefined>(undefined);

export const history = computed(() => {
  const from = source.value;
  return from.is === 'trace' ? from.history : liveHistory;
});

/** How things are at the moment that is looked at. A new one whenever it has changed. */
export const shown = computed((): { readonly model: Model; readonly atMs: number } => {
  const isLive = source.value.is === 'live';
  if (cursor.value === null) {
    if (isLive) tick.value;
    const model = history.value.now;
    return { model, atMs: model.atMs };
  }
  return { model: history.value.at(cursor.value), atMs: cursor.value };
});

/** A panel as it was at the moment that is looked at; none is not told. */
export function panel<N extends PanelName>(name: N): Panels[N] | undefined {
  if (source.value.is === 'trace') return undefined;
  panelTick.value;
  return panelHistory.at(name, cursor.value) as Panels[N] | undefined;
}

const panelTick = signal(0);

/** Whether something may be done, or why not. */
export function mayCommand(command: Command): { readonly may: boolean; readonly why: string } {
  if (source.value.is === 'trace') return { may: false, why: 'A trace has happened already.' };
  if (cursor.value !== null) return { may: false, why: 'This is the past: go to now first.' };
  const told = welcome.value;
  if (connection.value.is !== 'live' || told === undefined) {
    return { may: false, why: 'There is no connection to the runtime.' };
  }
  const may = told.commands.includes(command);
  return { may, why: may ? '' : (told.why ?? 'The runtime does not grant this.') };
}

export function takeStep(step: Step): void {
  liveHistory.take(step);
  tick.value++;
}

export function takePanel(told: Panel): void {
  panelHistory.take(told);
  panelTick.value++;
}

/** Of the calendar, when `atMs` was, if that is known. */
export function calendarOf(atMs: number): Date | undefined {
  if (source.value.is === 'trace' || welcome.value === undefined) return undefined;
  return new Date(welcome.value.beganMs + atMs);
}
