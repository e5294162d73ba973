import { assign, emit, setup } from 'xstate';

export interface LoadThresholds {
  /** The 99th percentile of how late the event loop is. */
  readonly loopDelayMs: number;
  /** User and system time over wall time and cores, 0 to 1. */
  readonly cpuRatio: number;
  /** Of what may be taken, 0 to 1. */
  readonly memoryRatio: number;
  readonly forMs: number;
}

/** Two thresholds, so that a load that hovers about one of them moves nothing. */
export interface LoadBand {
  /** It begins once any of these was exceeded for so long, */
  readonly above: LoadThresholds;
  /** and is left once all have been below these for so long. */
  readonly below: LoadThresholds;
}

export interface LoadSettings {
  readonly pressured: LoadBand;
  readonly shedding: LoadBand;
}

export type LoadMode = 'normal' | 'pressured' | 'shedding';

/** Measured over the time since the sample before. Times are monotonic milliseconds. */
export interface LoadSample extends Omit<LoadThresholds, 'forMs'> {
  readonly nowMs: number;
}

/** Since when a band has been exceeded, or all has been below it; null while it is not so. */
interface Dwell {
  readonly aboveSinceMs: number | null;
  readonly belowSinceMs: number | null;
}

export interface LoadContext {
  readonly settings: LoadSettings;
  readonly mode: LoadMode;
  readonly sinceMs: number;
  /** What moved it last: what exceeds the band; `calm` on the way back. */
  readonly because: LoadCause;
  readonly sample: LoadSample;
  readonly pressured: Dwell;
  readonly shedding: Dwell;
}

export type LoadEvent = { type: 'load.sampled' } & LoadSample;

export type LoadEmitted = {
  type: 'load.moved';
  from: LoadMode;
  to: LoadMode;
  because: LoadCause;
  sample: LoadSample;
};

const measures = ['loopDelayMs', 'cpuRatio', 'memoryRatio'] as const;
type Measure = (typeof measures)[number];
export type LoadCause = Measure | 'calm';

const exceeded = (sample: LoadSample, { above }: LoadBand): Measure | undefined =>
  measures.find((measure) => sample[measure] > above[measure]);

/**
 * How long a sample may speak for. One that comes later shows a process that stood still, as one
 * that was suspended does: how it was meanwhile nobody saw.
 */
const SPAN_MS_MAX = 2_000;

/** A sample speaks for the time since the one before, at `fromMs`. */
function dwell(before: Dwell, band: LoadBand, sample: LoadSample, fromMs: number): Dwell {
  const isAbove = exceeded(sample, band) !== undefined;
  const isBelow = measures.every((measure) => sample[measure] < band.below[measure]);
  return {
    aboveSinceMs: isAbove ? (before.aboveSinceMs ?? fromMs) : null,
    belowSinceMs: isBelow ? (before.belowSinceMs ?? fromMs) : null,
  };
}

/** Whether a sample can change more than what the newest one is: calm ones in calm times cannot. */
export function isNoticed(context: LoadContext, sample: LoadSample): boolean {
  const { mode, settings, pressured, shedding } = context;
  if (mode !== 'normal') return true;
  if (pressured.aboveSinceMs !== null || shedding.aboveSinceMs !== null) return true;
  return [settings.pressured, settings.shedding].some(
    (band) => exceeded(sample, band) !== undefined,
  );
}

/** What moves it up into a band; it is moved down by calm alone. */
const causeIn = ({ sample, settings }: LoadContext, band: keyof LoadSettings | null): LoadCause =>
  (band === null ? undefined : exceeded(sample, settings[band])) ?? 'calm';

const nowhere: Dwell = { aboveSinceMs: null, belowSinceMs: null };

/** Whether the newest sample closes so long a time of it. */
const isLong = (sinceMs: number | null, { sample }: LoadContext, forMs: number): boolean =>
  sinceMs !== null && sample.nowMs - sinceMs >= forMs;

const isAbove = (context: LoadContext, band: keyof LoadSettings): boolean =>
  isLong(context[band].aboveSinceMs, context, context.settings[band].above.forMs);

const isBelow = (context: LoadContext, band: keyof LoadSettings): boolean =>
  isLong(context[band].belowSinceMs, context, context.settings[band].below.forMs);

const moving = <To extends LoadMode>(to: To, band: keyof LoadSettings | null) =>
  [
    { type: 'tellMoved', params: { to, band } },
    { type: 'move', params: { to, band } },
  ] as const;

const rising = <To extends keyof LoadSettings>(to: To) => moving(to, to);
const falling = <To extends LoadMode>(to: To) => moving(to, null);

/**
 * How much of what strangers ask for is heard at all. `challenging`: whoever is not known must work
 * before the upgrade, or is refused; `shedding`: the least trusted are let go, one after the other.
 * It moves on samples alone, by one mode at a time; one that is late is no proof of a long time.
 */
export const loadMachine = setup({
  types: {
    context: {} as LoadContext,
    events: {} as LoadEvent,
    emitted: {} as LoadEmitted,
    input: {} as { readonly settings: LoadSettings; readonly nowMs: number },
    tags: {} as 'challenging' | 'shedding',
  },
  actions: {
    note: assign(({ context, event: { type, ...sample } }) => {
      const { settings, pressured, shedding } = context;
      const fromMs = Math.max(context.sample.nowMs, sample.nowMs - SPAN_MS_MAX);
      return {
        sample,
        pressured: dwell(pressured, settings.pressured, sample, fromMs),
        shedding: dwell(shedding, settings.shedding, sample, fromMs),
      };
    }),
    tellMoved: emit(
      ({ context }, { to, band }: { to: LoadMode; band: keyof LoadSettings | null }) => ({
        type: 'load.moved',
        from: context.mode,
        to,
        because: causeIn(context, band),
        sample: context.sample,
      }),
    ),
    move: assign(
      ({ context }, { to, band }: { to: LoadMode; band: keyof LoadSettings | null }) => ({
        mode: to,
        sinceMs: context.sample.nowMs,
        because: causeIn(context, band),
      }),
    ),
  },
  guards: {
    isPressured: ({ context }) => isAbove(context, 'pressured'),
    isOverloaded: ({ context }) => isAbove(context, 'shedding'),
    isRelieved: ({ context }) => isBelow(context, 'shedding'),
    isCalm: ({ context }) => isBelow(context, 'pressured'),
  },
}).createMachine({
  id: 'load',
  context: ({ input: { settings, nowMs } }) => ({
    settings,
    mode: 'normal',
    sinceMs: nowMs,
    because: 'calm',
    sample: { nowMs, loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 },
    pressured: nowhere,
    shedding: nowhere,
  }),
  initial: 'normal',
  on: { 'load.sampled': { actions: 'note' } },
  states: {
    normal: {
      always: { guard: 'isPressured', target: 'pressured', actions: rising('pressured') },
    },
    pressured: {
      tags: 'challenging',
      always: [
        { guard: 'isOverloaded', target: 'shedding', actions: rising('shedding') },
        { guard: 'isCalm', target: 'normal', actions: falling('normal') },
      ],
    },
    shedding: {
      tags: ['challenging', 'shedding'],
      always: { guard: 'isRelieved', target: 'pressured', actions: falling('pressured') },
    },
  },
});
