import type { Finding, HealthStatus } from '../actors/health.actor.ts';
import { maskSecrets } from './masking.ts';

/** What a check may come to; nothing is a pass. */
export type CheckOutcome =
  | undefined
  | HealthStatus
  | {
      readonly status: HealthStatus;
      readonly because?: string;
      readonly observed?: { readonly value: number; readonly unit: string };
    };

const BECAUSE_MAX = 200;
const UNIT_MAX = 16;
const STATUSES: readonly unknown[] = ['pass', 'warn', 'fail'];

/** @throws {TypeError} for anything else; also what it throws while it is looked at. */
export function findingOf(outcome: unknown): Finding {
  if (outcome === undefined) return { status: 'pass' };
  if (isStatus(outcome)) return { status: outcome };
  if (typeof outcome !== 'object' || outcome === null) throw garbage();
  const { status, because, observed } = outcome as Readonly<Record<string, unknown>>;
  if (!isStatus(status)) throw garbage();
  if (because !== undefined && typeof because !== 'string') throw garbage();
  return { status, because: because && sayable(because), observed: observedOf(observed) };
}

const isStatus = (status: unknown): status is HealthStatus => STATUSES.includes(status);

const garbage = (): TypeError =>
  new TypeError(
    'the check gave neither nothing, nor pass, warn, fail, nor an object with a status',
  );

function observedOf(observed: unknown): Finding['observed'] {
  if (observed === undefined) return undefined;
  const { value, unit } = Object(observed) as Readonly<Record<string, unknown>>;
  if (!Number.isFinite(value) || typeof unit !== 'string') throw garbage();
  return { value: Number(value), unit: sayable(unit).slice(0, UNIT_MAX) };
}

/** One short line, without secrets. */
export function sayable(text: string): string {
  const line = maskSecrets(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length <= BECAUSE_MAX ? line : `${line.slice(0, BECAUSE_MAX - 1).toWellFormed()}…`;
}
