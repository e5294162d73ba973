import type { Panels } from '../panel-shapes.ts';
import type { PanelName } from '../protocol.ts';
import { Empty } from './empty.tsx';
import type { Happened } from './history.ts';
import { happened, isTrace } from './moment.tsx';
import { connection, cursor, panel } from './state.ts';

/** A panel as the runtime tells it; in a trace, what its facts tell of it. */
export function told<N extends PanelName>(
  name: N,
  byFacts?: (lines: readonly Happened[], atMs: number) => Panels[N],
): { readonly data: Panels[N]; readonly isByFacts: boolean } | undefined {
  const data = panel(name);
  if (data !== undefined) return { data, isByFacts: false };
  if (!isTrace() || byFacts === undefined) return undefined;
  const { history, atMs } = happened.value;
  return { data: byFacts(history.lines, atMs), isByFacts: true };
}

/** Why a panel is not to be had. */
export function NotTold({ what }: { readonly what: string }) {
  if (isTrace()) {
    return (
      <Empty what={`A trace does not tell of ${what}`}>
        It holds facts and moves, but no panels. Look at the timeline, or connect to a runtime.
      </Empty>
    );
  }
  if (cursor.value !== null) {
    return (
      <Empty what={`Nothing was told of ${what} yet`}>
        At that moment nobody looked at this view. Go to now, or to a later moment.
      </Empty>
    );
  }
  if (connection.value.is !== 'live') {
    return <Empty what="There is no connection">It is shown once the runtime is reached.</Empty>;
  }
  return <Empty what="One moment">The runtime is asked for it.</Empty>;
}

/** What is shown was put together from facts, and may lack what they do not tell. */
export function ByFacts({ what }: { readonly what: string }) {
  return <p class="soft">Put together from the facts of this trace: {what}.</p>;
}
