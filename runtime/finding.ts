import type { Finding, HealthStatus } from '../actors/health.actor.ts';
import { maskSecrets } from './masking.ts';

/** What comes of a function that returns nothing. */
type Nothing = ReturnType<() => void>;

/** What a check may come to; nothing is a pass. */
export type CheckOutcome =
  | Nothing
  | HealthStatus
  | {
      readonly status: HealthStatus;
      readonly because?: string;
      readonly observed?: { readonly value: number; readonly unit: string };
    };

const BECAUSE_MAX = 200;
const UNIT_MAX = 16;
const GIVEN_MAX = 32;
const STATUSES: readonly unknown[] = ['pass', 'warn', 'fail'];

/** @throws {TypeError} for anything else; also what it throws while it is looked at. */
export function findingOf(outcome: unknown): Finding {
  if (outcome === undefined) return { status: 'pass' };
  if (isStatus(outcome)) return { status: outcome };
  if (typeof outcome !== 'object' || outcome === null) {
    throw refusal('what it came to', 'nothing, pass, warn, fail or an object', outcome);
  }
  const { status, because, observed } = outcome as Readonly<Record<string, unknown>>;
  if (!isStatus(status)) throw refusal('status', 'pass, warn or fail', status);
  if (because !== undefined && typeof because !== 'string') {
    throw refusal('because', 'a string', because);
  }
  return { status, because: because && sayable(because), observed: observedOf(observed) };
}

const isStatus = (status: unknown): status is HealthStatus => STATUSES.includes(status);

function refusal(field: string, expected: string, given: unknown): TypeError {
  const got = typeof given === 'string' ? `"${given.slice(0, GIVEN_MAX)}"` : kindOf(given);
  return new TypeError(`of the check, ${field} must be ${expected}, got ${got}`);
}

const kindOf = (given: unknown): string =>
  given === null || typeof given === 'number' ? String(given) : typeof given;

function observedOf(observed: unknown): Finding['observed'] {
  if (observed === undefined) return undefined;
  const { value, unit } = Object(observed) as Readonly<Record<string, unknown>>;
  if (!Number.isFinite(value)) throw refusal('observed.value', 'a finite number', value);
  if (typeof unit !== 'string') throw refusal('observed.unit', 'a string', unit);
  return { value: Number(value), unit: sayable(unit).slice(0, UNIT_MAX) };
}

/** One short line, without secrets. */
export function sayable(text: string): string {
  const line = maskSecrets(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length <= BECAUSE_MAX ? line : `${line.slice(0, BECAUSE_MAX - 1).toWellFormed()}…`;
}
