import { computed } from '@preact/signals';
import { goTo } from './app.tsx';
import { paced } from './pace.ts';
import { hashOf } from './route.ts';
import { calendarOf, cursor, history, source, tick } from './state.ts';
import { clockText } from './timeline.ts';

const later = (ms: number, run: () => void): void => void setTimeout(run, ms);

/** Goes up as things happen, but at most twice a second: for what is dear to draw. */
export const slowTick = paced(tick, 500, later);

/** From when to when things are remembered. */
export const span = computed(() => {
  slowTick.value;
  const { fromMs, toMs } = history.value;
  return { fromMs, toMs: Math.max(toMs, fromMs + 1) };
});

/** All that is remembered, again as often as it is worth to be drawn. */
export const remembered = computed(() => {
  slowTick.value;
  return { history: history.value };
});

/** That, and the moment that is looked at. */
export const happened = computed(() => {
  const { history: all } = remembered.value;
  return { history: all, atMs: cursor.value ?? all.toMs };
});

/** A moment in words: of the clock on the wall if that is known, else since the run began. */
export const momentText = (atMs: number): string => exactText(atMs).slice(0, -4);

/** With milliseconds, to tell lines apart. */
export function exactText(atMs: number): string {
  const date = calendarOf(atMs);
  if (date === undefined) return clockText(atMs);
  const midnight = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  return clockText(date.getTime() - midnight.getTime(), 2);
}

/** Leads to how things were then. */
export function Moment({ atMs }: { readonly atMs: number }) {
  return (
    <button
      type="button"
      class="moment mono"
      title="See how things were then"
      onClick={() => goTo(atMs)}
    >
      {exactText(atMs)}
    </button>
  );
}

/** Leads to an actor, at a moment if one is given. */
export function ActorLink(props: { readonly path: string; readonly atMs?: number | undefined }) {
  const { path, atMs } = props;
  if (path === '') return <span class="soft">the runtime</span>;
  const at = atMs ?? cursor.value ?? undefined;
  const where = { view: 'actor', rest: path, ...(at === undefined ? {} : { atMs: at }) };
  const known = history.value.now.at(path) !== undefined;
  if (!known) return <span class="path">{path}</span>;
  return (
    <a class="path" href={hashOf(where)}>
      {path}
    </a>
  );
}

/** Leads to why something happened. */
export const whyHref = (asked: { readonly id?: string; readonly subject?: string }): string =>
  asked.id === undefined
    ? hashOf({ view: 'explain', rest: asked.subject ?? '' })
    : hashOf({ view: 'explain', query: { id: asked.id } });

export const isTrace = (): boolean => source.value.is === 'trace';
