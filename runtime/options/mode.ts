import type { AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { checkId } from './id.ts';

const NAMED = 'must be the name of a mode that is defined';

export const modeName = z.string({ error: NAMED });

/** Those of the house, and what is read beside them. */
const TAKEN = ['audit', 'isolation', 'route', 'load', 'own', 'promises'];

/** @throws {TypeError | RangeError} unless a mode may have that name. */
export function checkModeName(name: unknown): asserts name is string {
  checkId('defineMode.name', name);
  if (!TAKEN.includes(String(name))) return;
  throw new RangeError(
    `defineMode.name must not be one of ${TAKEN.join(', ')}, got "${String(name)}"`,
  );
}

/** @throws {TypeError} unless `chart` is a machine. */
export function checkModeChart(chart: unknown): asserts chart is AnyStateMachine {
  const methods = ['transition', 'getInitialSnapshot', 'getTransitionData'];
  if (methods.every((method) => typeof Object(chart)[method] === 'function')) return;
  throw new TypeError(
    `defineMode.chart must be an XState machine, got ${chart === null ? null : typeof chart}`,
  );
}
