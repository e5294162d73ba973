import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom, fromEvent, merge } from 'rxjs';
import { alone, together } from './alone-act.mjs';
import { fullDisk } from './audit-act.mjs';
import { becauseOf } from './fetch-json.mjs';
import { rush } from './load-act.mjs';
import { flakiness, isolation, slowness } from './milder-acts.mjs';
import { cut, death, service } from './peer-acts.mjs';
import { betrayal } from './rogue-act.mjs';
import { fall, greed } from './sandbox-acts.mjs';
import { garbage, kill, silence } from './upstream-acts.mjs';
import { crash, hang, leak } from './worker-acts.mjs';

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./stage.mjs').Expectation} Expectation */
/** @typedef {import('./worker-acts.mjs').Act} Act */
/** @typedef {{ title: string, durationMs: number, expectations: readonly Expectation[] }} Played */

/** @type {readonly Act[]} */
export const acts = [
  ...[crash, hang, leak, kill, silence, garbage, flakiness, slowness, isolation],
  ...[service, cut, death, alone, greed, fall, together, fullDisk, rush, betrayal],
];

const CALM_MS = 300;
const CALM_BETWEEN_ROUNDS_MS = 3_000;

/**
 * Plays every act once, with calm between them, and tells what each of them showed.
 * @param {Stage} stage
 * @param {AbortSignal} signal
 * @param {readonly Act[]} [program]
 * @returns {AsyncGenerator<Played>} until the signal, if that comes first
 */
export async function* play(stage, signal, program = acts) {
  for (const { title, play: playAct } of program) {
    if (await isOver(signal, CALM_MS)) return;
    stage.timeline.heading(title);
    stage.expectations = [];
    const startedAtMs = performance.now();
    const over = playAct(stage).catch((error) => {
      stage.check(`it is played to its end, and not: ${becauseOf(error)}`, false);
    });
    await firstValueFrom(merge(over, fromEvent(signal, 'abort')));
    if (signal.aborted) return;
    const { expectations } = stage;
    for (const { what, isSeen } of expectations) {
      if (!isSeen) stage.timeline.say('fail', 'story', `not seen: ${what}`);
    }
    yield { title, durationMs: performance.now() - startedAtMs, expectations };
  }
  await isOver(signal, CALM_MS);
}

/**
 * The acts over and over, each round in another order, until the signal.
 * @param {Stage} stage
 * @param {AbortSignal} signal
 */
export async function* playForever(stage, signal) {
  do yield* play(stage, signal, shuffled(acts));
  while (!(await isOver(signal, CALM_BETWEEN_ROUNDS_MS)));
}

/**
 * True if the signal came, before or while it was calm.
 * @param {AbortSignal} signal
 * @param {number} calmMs
 */
async function isOver(signal, calmMs) {
  await sleep(calmMs, undefined, { signal }).catch(() => {});
  return signal.aborted;
}

/**
 * @param {readonly Act[]} inOrder
 * @returns {readonly Act[]}
 */
function shuffled(inOrder) {
  const drawn = inOrder.map((act) => ({ act, draw: Math.random() }));
  return drawn.sort((a, b) => a.draw - b.draw).map(({ act }) => act);
}
