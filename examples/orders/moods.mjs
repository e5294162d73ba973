import { merge } from 'rxjs';

/** @typedef {import('./stage.mjs').Stage} Stage */

/**
 * @param {Stage} stage
 * @param {import('./upstream.mjs').Mood} mood
 */
export function turn(stage, mood) {
  stage.shop.upstream.tell({ type: 'process.tell', message: { mood } });
}

/**
 * Ends a mood.
 * @param {Stage} stage
 * @param {Promise<unknown>} [recovered]
 */
export async function comeBack(stage, recovered) {
  stage.say(stage.shop.upstream, 'comes back');
  turn(stage, 'well');
  await recovered;
  const isQuick = /** @param {{ durationMs: number }} outcome */ ({ durationMs }) =>
    durationMs < 100;
  await stage.expect('callers have quick answers again', stage.calls('answered', isQuick));
}

/**
 * The upstream fails in ways to be expected: they are for its breaker, and no actor need fail.
 * @param {Stage} stage
 */
export function watchFailures(stage) {
  const { upstream, prices, workers } = stage.shop;
  const failures = [upstream, prices, ...workers].map(({ path }) =>
    stage.fact('actor.failed', path),
  );
  return stage.expectNone('nobody crashed, nothing was restarted', merge(...failures));
}
