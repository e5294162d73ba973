import { useMemo } from 'preact/hooks';
import type { Chart } from '../../../chart.ts';
import type { Actor } from '../model.ts';
import { ActorLink } from '../moment.tsx';
import { shown } from '../state.ts';
import { activeStates, statesOf } from '../states.ts';
import { ChartView } from './chart-view.tsx';

const FRESH_MS = 1500;

/** The statechart of an actor as it is at the moment that is looked at. */
export function ChartOf(props: {
  readonly actor: Actor;
  readonly chart: Chart;
  readonly isSmall?: boolean;
}) {
  const { actor, chart, isSmall = false } = props;
  const { model, atMs } = shown.value;
  const leaves = useMemo(() => new Set(statesOf(model, actor)), [actor, chart]);
  const lit = {
    leaves,
    active: activeStates([...leaves]),
    taken: actor.taken,
    last: new Set(actor.lastEdges),
    isFresh: actor.movedMs >= 0 && atMs - actor.movedMs < FRESH_MS,
  };
  return <ChartView key={chart.hash} chart={chart} lit={lit} isSmall={isSmall} />;
}

/** Of what is known by a name, small, with the way to all of it. */
export function SmallChart({ path }: { readonly path: string }) {
  const { model } = shown.value;
  const actor = model.at(path);
  const chart = actor && model.chartOf(actor);
  if (actor === undefined || chart === undefined) {
    return <p class="soft">Its chart is drawn once it runs: now there is nothing to follow.</p>;
  }
  return (
    <>
      <ChartOf actor={actor} chart={chart} isSmall />
      <p class="soft">
        Its chart: <ActorLink path={path} />
      </p>
    </>
  );
}
