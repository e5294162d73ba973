import { signal } from '@preact/signals';

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How much of the time is seen at once; infinite is all of it. */
export const windowMs = signal(Number.POSITIVE_INFINITY);

const choices = [
  [1000, '1 s'],
  [10_000, '10 s'],
  [60_000, '1 min'],
  [300_000, '5 min'],
  [Number.POSITIVE_INFINITY, 'All of it'],
] as const;

/** The part of a time that is seen around a moment, most of it before. */
export function windowAt(all: Window, atMs: number, widthMs: number): Window {
  if (all.toMs - all.fromMs <= widthMs) return all;
  const toMs = Math.min(all.toMs, Math.max(atMs + widthMs / 5, all.fromMs + widthMs));
  return { fromMs: toMs - widthMs, toMs };
}

export function WindowChoice() {
  return (
    <label class="bar">
      <span class="soft">Time</span>
      <select
        value={`${windowMs.value}`}
        onChange={(event) => {
          windowMs.value = Number(event.currentTarget.value);
        }}
      >
        {choices.map(([ms, title]) => (
          <option key={title} value={`${ms}`}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
