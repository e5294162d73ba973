import { signal, useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { goTo } from './app.tsx';
import { Icon } from './icon.tsx';
import { firstAfter } from './line-filter.ts';
import { exactText, isTrace, momentText, remembered, span } from './moment.tsx';
import { OpenTrace } from './open-trace.tsx';
import { cursor, history } from './state.ts';
import { densityOf } from './timeline.ts';

const PARTS = 240;
const speeds = [0.25, 1, 4, 16, 64] as const;

const speed = signal<number>(1);
const isPlaying = signal(false);

/** Time at the bottom of every view: what happened when, and which moment is looked at. */
export function TimelineBar() {
  usePlaying();
  const at = cursor.value ?? span.value.toMs;
  return (
    <div class="time-bar">
      <div class="bar">
        <StepButton by={-1} />
        <PlayButton />
        <StepButton by={1} />
        <select
          aria-label="Speed"
          value={speed.value}
          onChange={(event) => {
            speed.value = Number(event.currentTarget.value);
          }}
        >
          {speeds.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
      </div>
      <Track />
      <div class="bar end">
        <output class="mono" aria-label="Moment">
          {exactText(at)}
        </output>
        <button
          type="button"
          class={cursor.value === null ? 'to-now' : 'to-now primary'}
          disabled={cursor.value === null}
          onClick={() => leaveFor(null)}
        >
          {isTrace() ? 'End' : 'Now'}
        </button>
        <OpenTrace />
      </div>
    </div>
  );
}

function leaveFor(atMs: number | null): void {
  isPlaying.value = false;
  goTo(atMs);
}

/** The moment of the next line, or of the one before. */
function stepped(by: 1 | -1): number | null {
  const { lines, toMs } = history.value;
  const at = cursor.value ?? toMs;
  if (by > 0) return lines[firstAfter(lines, at)]?.line[1] ?? null;
  const before = firstAfter(lines, at - 0.001) - 1;
  return lines[before]?.line[1] ?? cursor.value;
}

function StepButton({ by }: { readonly by: 1 | -1 }) {
  const isEnd = by > 0 && cursor.value === null;
  return (
    <button
      type="button"
      class="icon quiet"
      aria-label={by > 0 ? 'To the next line' : 'To the line before'}
      disabled={isEnd}
      onClick={() => leaveFor(stepped(by))}
    >
      <Icon name={by > 0 ? 'on' : 'back'} />
    </button>
  );
}

function PlayButton() {
  const plays = isPlaying.value;
  return (
    <button
      type="button"
      class="icon"
      aria-label={plays ? 'Pause' : 'Play what happened'}
      onClick={() => {
        if (!plays && cursor.value === null) cursor.value = span.value.fromMs;
        isPlaying.value = !plays;
        if (plays) goTo(cursor.value);
      }}
    >
      <Icon name={plays ? 'pause' : 'play'} />
    </button>
  );
}

/** Moves the cursor on while it plays, and stops at the end. */
function usePlaying(): void {
  useSignalEffect(() => {
    if (!isPlaying.value) return;
    let beforeMs: number | undefined;
    let frame = 0;
    const move = (nowMs: number): void => {
      const at = cursor.peek();
      if (at === null) {
        isPlaying.value = false;
        return;
      }
      const next = at + (nowMs - (beforeMs ?? nowMs)) * speed.peek();
      beforeMs = nowMs;
      if (next >= history.peek().toMs) return leaveFor(null);
      cursor.value = next;
      frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  });
}

function Track() {
  const track = useRef<HTMLDivElement>(null);
  const { fromMs, toMs } = span.value;
  const at = cursor.value ?? toMs;
  const place = `${((at - fromMs) / (toMs - fromMs)) * 100}%`;
  const momentAt = (clientX: number): number | null => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return null;
    const part = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
    return part > 0.998 ? null : fromMs + part * (toMs - fromMs);
  };
  const onKey = (event: KeyboardEvent): void => {
    const next = keyed(event.key, at, fromMs, toMs);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    leaveFor(next);
  };
  return (
    <div
      class="track"
      ref={track}
      role="slider"
      tabIndex={0}
      aria-label="The moment that is looked at"
      aria-valuemin={Math.round(fromMs)}
      aria-valuemax={Math.round(toMs)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={cursor.value === null ? (isTrace() ? 'the end' : 'now') : momentText(at)}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        isPlaying.value = false;
        event.currentTarget.setPointerCapture(event.pointerId);
        cursor.value = momentAt(event.clientX);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) cursor.value = momentAt(event.clientX);
      }}
      onPointerUp={() => goTo(cursor.value)}
    >
      <Density />
      <span class={cursor.value === null ? 'needle now' : 'needle'} style={{ left: place }} />
    </div>
  );
}

function keyed(key: string, at: number, fromMs: number, toMs: number): number | null | undefined {
  const part = (toMs - fromMs) / 100;
  const by = { ArrowLeft: -part, ArrowRight: part, PageDown: -10 * part, PageUp: 10 * part }[key];
  if (key === 'Home') return fromMs;
  if (key === 'End') return null;
  if (by === undefined) return undefined;
  const next = Math.max(fromMs, at + by);
  return next >= toMs ? null : next;
}

/** Bars of how much happened, and over them what should be looked at. */
function Density() {
  const density = useComputed(() => {
    const { fromMs, toMs } = span.value;
    return densityOf(remembered.value.history.lines, fromMs, toMs, PARTS);
  });
  const { counts, most, marks } = density.value;
  const heightOf = (count: number) => (count === 0 ? 0 : 3 + 21 * Math.sqrt(count / most));
  const path = counts.map((count, at) => {
    const height = heightOf(count);
    return height === 0 ? '' : `M${at + 0.15} 30v${-height}h.7v${height}z`;
  });
  return (
    <svg class="density" viewBox={`0 0 ${PARTS} 30`} preserveAspectRatio="none" aria-hidden="true">
      <path class="counts" d={path.join('')} />
      {marks.map(({ at, tone }) => (
        <rect key={at} class={`mark ${tone}`} x={at - 0.1} y="0" width="1.2" height="30" />
      ))}
    </svg>
  );
}
