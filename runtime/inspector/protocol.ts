import type { Chart } from '../chart.ts';

/** What the page and the runtime say to each other: PROTOCOL.md. */
export const PROTOCOL = 1;

/** Of an actor in one stream; 0 is the root supervisor. Never used again for another. */
export type ActorId = number;

export const kinds = ['supervisor', 'actor', 'inner', 'chart'] as const;
/** A supervisor; an actor under one; an actor that lives in another; a chart of the house. */
export type Kind = (typeof kinds)[number];

export const lives = ['waiting', 'running', 'failing', 'draining', 'ended'] as const;
export type Life = (typeof lives)[number];

/** An actor. Indexes count from 0; -1 is none. */
export type Row = readonly [
  id: ActorId,
  parent: ActorId,
  /** The last part of its path. */
  name: string,
  /** Of `kinds`. */
  kind: number,
  /** Of the charts that the stream has told so far. */
  chart: number,
  /** Of `lives`. */
  life: number,
  /** Those of its chart that it is in and that have none within: indexes into `chart.states`. */
  states: readonly number[],
  incarnation: number,
  /** Restarts that count for its window. */
  restarts: number,
  /** Events in its mailbox. */
  waiting: number,
];

/** Fact, as a trace has it. */
export interface ToldFact {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly causationid?: string;
}

/** Something that happened, in the order it did. `atMs` counts from when the runtime began. */
export type Line =
  | readonly [kind: 'fact', atMs: number, fact: ToldFact]
  /** `from` is -1 for whoever is no actor; `times` is more than 1 where several were summed up. */
  | readonly [
      kind: 'event',
      atMs: number,
      from: ActorId,
      to: ActorId,
      type: string,
      times: number,
      /** Told of recordings only. */
      handledMs?: number,
    ]
  /** `edges` are indexes into `chart.edges`, each with how often it was taken. */
  | readonly [
      kind: 'move',
      atMs: number,
      id: ActorId,
      states: readonly number[],
      edges: readonly (readonly [edge: number, times: number])[],
    ];

/** SSE `welcome`: the first thing that is said. */
export interface Welcome {
  readonly protocol: number;
  readonly name: string;
  /** Of this viewer, to be named to `watch`. */
  readonly viewer: string;
  /** Wall-clock milliseconds since 1970 at `atMs` 0. */
  readonly beganMs: number;
  /** What may be commanded; empty with `why`, if nothing may. */
  readonly commands: readonly Command[];
  readonly why?: string;
}

/** SSE `snapshot`: forgets all that was told before. */
export interface Snapshot {
  readonly seq: number;
  readonly atMs: number;
  readonly charts: readonly Chart[];
  readonly rows: readonly Row[];
  /** Actors that are left out, for there are too many. */
  readonly more: number;
}

/** SSE `delta`, at most ten a second. `seq` is one more than the last; else the page comes anew. */
export interface Delta {
  readonly seq: number;
  readonly atMs: number;
  readonly charts?: readonly Chart[];
  /** New ones, and those that are not as they were told; each whole. */
  readonly rows?: readonly Row[];
  readonly gone?: readonly ActorId[];
  readonly lines?: readonly Line[];
  /** Lines that there was no room for. */
  readonly lost?: number;
  /** Actors that are left out, when they are not as many as was told. */
  readonly more?: number;
}

export const panels = [
  'modes',
  'health',
  'breakers',
  'peers',
  'sandboxes',
  'audit',
  'letters',
] as const;
export type PanelName = (typeof panels)[number];

/** SSE `panel`: one that is watched, when it is not as it was told; at most twice a second. */
export interface Panel {
  readonly name: PanelName;
  readonly atMs: number;
  /** As `Panels` has it. */
  readonly data: unknown;
}

/** SSE `bye`: nothing follows. The page may come again, unless it was refused. */
export interface Bye {
  readonly because: 'slow' | 'stopped' | 'full' | 'refused';
}

export const commands = [
  'breaker.isolate',
  'breaker.release',
  'actor.restart',
  'peer.ban',
  'peer.unban',
] as const;
export type Command = (typeof commands)[number];

/** The body of every answer that is no success. */
export interface Refused {
  readonly code: string;
  readonly message: string;
}
