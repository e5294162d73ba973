import type { Chart } from '../../chart.ts';
import type { Actor, Model } from './model.ts';

/** Paths of the states that an actor is in, the innermost only. */
export function statesOf(model: Model, actor: Actor): readonly string[] {
  const chart = model.chartOf(actor);
  return actor.states.flatMap((index) => {
    const path = chart?.states[index];
    return path === undefined ? [] : [path];
  });
}

/** In few words: the last part of each; more than two are counted. */
export function shortStates(paths: readonly string[]): string {
  const keys = paths.map((path) => path.slice(path.lastIndexOf('.') + 1));
  const more = keys.length - 2;
  return more > 0 ? `${keys.slice(0, 2).join(' · ')} +${more}` : keys.join(' · ');
}

/** With all that they are within; the root is `''`. */
export function activeStates(paths: readonly string[]): ReadonlySet<string> {
  const active = new Set<string>();
  for (const path of paths) {
    active.add('');
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      active.add(path.slice(0, end));
    }
  }
  return active;
}

/** Each edge with its index, how often it was taken, and whether it was the last. */
export function takenEdges(chart: Chart, actor: Actor) {
  const last = new Set(actor.lastEdges);
  return chart.edges.map((edge, index) => ({
    edge,
    index,
    times: actor.taken[index] ?? 0,
    isLast: last.has(index),
  }));
}

/** What is waited for, as a chart has it: `after 500 ms` for `xstate.after.500.till.open`. */
export function awaitedText(type: string): string {
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(type) ?? [];
  if (delay === undefined) return type;
  return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
}
