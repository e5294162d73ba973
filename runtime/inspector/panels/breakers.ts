import type { BreakerActor } from '../../../actors/breaker.actor.ts';
import type { Shares, WindowOptions } from '../../../machines/window.ts';
import { maskName, maskSecrets } from '../../masking.ts';
import type { BreakersPanel, ToldBreaker } from '../panel-shapes.ts';

const TOLD_MAX = 200;
const ISOLATIONS_MAX = 20;

/** Those that let calls through are told last; `timeOf` counts from when the runtime began. */
export function breakersPanel(
  actors: Iterable<BreakerActor>,
  timeOf: (monotonicMs: number) => number,
): BreakersPanel {
  const byCircuit = { closed: 0, open: 0, halfOpen: 0 };
  const calm: BreakerActor[] = [];
  const others: BreakerActor[] = [];
  let total = 0;
  for (const actor of actors) {
    total += 1;
    byCircuit[actor.circuit] += 1;
    const list = actor.gate === 'admitting' ? calm : others;
    if (list.length < TOLD_MAX) list.push(actor);
  }
  const told = [...others, ...calm].slice(0, TOLD_MAX).map((actor) => toldOf(actor, timeOf));
  return { total, byCircuit, told };
}

function toldOf(actor: BreakerActor, timeOf: (monotonicMs: number) => number): ToldBreaker {
  const { circuit, counts, options } = actor;
  const { isolations, openings, openForMs, retryAtMs } = actor.snapshot.context;
  return {
    name: maskName(actor.name),
    circuit,
    isolations: isolations.slice(0, ISOLATIONS_MAX).map(({ by, reason }) => ({
      by: maskSecrets(by),
      reason: maskSecrets(reason),
    })),
    ...counts,
    openings,
    ...(circuit === 'open' ? { retryAtMs: timeOf(retryAtMs), openForMs } : {}),
    opensAt: opensAt(options.window),
  };
}

function opensAt(window: WindowOptions): string {
  switch (window.kind) {
    case 'consecutive':
      return `${window.failuresMax} failures in a row`;
    case 'count':
      return `${sharesOf(window)} of the last ${window.callsMax} calls, from ${window.callsMin} on`;
    case 'time':
      return (
        `${sharesOf(window)} of the calls in ${inSeconds(window.durationMs)}, ` +
        `from ${window.callsMin} on`
      );
  }
}

function sharesOf({ failureRatio, slowMs, slowRatio }: Shares): string {
  const failed = `${percent(failureRatio)} failed`;
  if (slowMs === undefined) return failed;
  return `${failed}, or ${percent(slowRatio)} took ${inSeconds(slowMs)}`;
}

const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(1))} %`;
const inSeconds = (ms: number): string => `${Number((ms / 1_000).toFixed(3))} s`;
