import { isDeepStrictEqual } from 'node:util';
import type { Observable } from 'rxjs';
import type { Audit } from '../actors/audit.actor.ts';
import type { IsolationActor, LevelStatus } from '../actors/isolation.actor.ts';
import type { LoadStanding as Load } from '../actors/load.actor.ts';
import type { AuditStanding } from '../actors/log-mode.ts';
import type { IsolationContext } from '../machines/isolation.machine.ts';
import { type Promises, promisesOf } from '../machines/promises.ts';
import { Audience } from './audience.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { OwnStanding } from './own-mode.ts';
import type { OwnModes } from './own-modes.ts';
import type { PeerLoad } from './peer-load.ts';
import type { RouteStanding as Route, Routes } from './routes.ts';

/** How far one part of the runtime has had to step down. */
export interface Mode<Standing> {
  snapshot(): Standing;
  /** Every new standing. Nothing is paid while nobody subscribes. */
  readonly changes$: Observable<Standing>;
}

/** From one mode to another. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** In each standing, `sinceMs` is when the mode was entered, in milliseconds since 1970. */
export interface IsolationStanding extends Pick<IsolationContext, 'sinceMs' | 'because'> {
  /** The strongest level that is proved now; `refusing` if none is. */
  readonly mode: IsolationContext['mode'];
  readonly levels: readonly LevelStatus[];
}

export interface RouteStanding extends Route {
  /** Circuits of others that go through here. */
  readonly circuits: number;
}

export interface LoadStanding extends Load {
  /** From a second after the first peer, or who subscribes; until then it counts as `normal`. */
  readonly isWatched: boolean;
}

/** The modes of degradation of a runtime, by what they are about. */
export interface Modes {
  readonly audit: Mode<AuditStanding>;
  readonly isolation: Mode<IsolationStanding>;
  readonly route: Mode<RouteStanding>;
  readonly load: Mode<LoadStanding>;
  /** What is still promised with all of them as they are; told when that changes. */
  readonly promises: Mode<Promises>;
  /** Those of `defineMode`, by name. */
  readonly own: ReadonlyMap<string, Mode<OwnStanding>>;
}

type ModeKernel = Pick<Kernel, 'containment' | 'subscriberFailed'>;

/** A mode as its chart moves it. */
export class MovedMode<Standing> implements Mode<Standing> {
  readonly changes$: Observable<Standing>;
  readonly snapshot: () => Standing;
  readonly #audience = new Audience<Standing>();
  readonly #containment: ModeKernel['containment'];

  /** `onWatched` is called when somebody subscribes while nobody else does. */
  constructor(
    name: string,
    kernel: ModeKernel,
    snapshot: () => Standing,
    onWatched: () => void = () => {},
  ) {
    this.#containment = kernel.containment;
    this.snapshot = snapshot;
    const onFailed = (error: unknown): void => kernel.subscriberFailed(name, error);
    this.changes$ = this.#audience.observe(onFailed, { onFirst: onWatched });
  }

  moved(): void {
    if (!this.#audience.isEmpty) this.#audience.tell(this.snapshot(), this.#containment);
  }

  close(): void {
    this.#audience.close(this.#containment);
  }
}

/** Standings are of the monotonic clock; whoever looks has a calendar. */
export const dates =
  ({ clock }: Pick<Kernel, 'clock'>) =>
  <Standing extends { readonly sinceMs: number }>(standing: Standing): Standing => ({
    ...standing,
    sinceMs: Math.round(clock.wallMs() - clock.monotonicMs() + standing.sinceMs),
  });

/** Those whose charts the modes are. */
export interface ModeSources {
  readonly audit: Pick<Audit, 'standing'>;
  readonly isolation: Pick<IsolationActor, 'standing' | 'statuses'>;
  readonly routes: Pick<Routes, 'standing' | 'circuits'>;
  readonly load: Pick<PeerLoad, 'standing' | 'begin'>;
  readonly own: OwnModes;
}

/** All modes of one runtime. Each is told of after the fact that it has moved. */
export function openModes(kernel: Kernel, sources: ModeSources) {
  const { audit, isolation, routes, load, own } = sources;
  const { facts } = kernel;
  const dated = dates(kernel);
  const modes = {
    audit: new MovedMode('audit', kernel, () => dated(audit.standing)),
    isolation: new MovedMode<IsolationStanding>('isolation', kernel, () =>
      dated({ ...isolation.standing, levels: isolation.statuses }),
    ),
    route: new MovedMode<RouteStanding>('route', kernel, () =>
      dated({ ...routes.standing, circuits: routes.circuits }),
    ),
    load: new MovedMode<LoadStanding>(
      'load',
      kernel,
      () => dated(load.standing),
      () => load.begin(),
    ),
  };
  const promises = new MovedMode<Promises>('promises', kernel, promised(sources), () => {
    load.begin();
    last = promises.snapshot();
  });
  let last = promises.snapshot();
  const heed = (): void => {
    const next = promises.snapshot();
    if (isDeepStrictEqual(next, last)) return;
    last = next;
    promises.moved();
  };
  for (const name of ['audit', 'route', 'load'] as const) {
    facts.hear(`${name}.moved`, () => modes[name].moved());
  }
  for (const name of ['audit', 'isolation', 'route', 'load'] as const) {
    facts.hear(`${name}.moved`, heed);
  }
  for (const told of ['refused', 'served'] as const) {
    facts.hear(`audit.writes.${told}`, () => {
      modes.audit.moved();
      heed();
    });
  }
  own.onFirst = () => load.begin();
  const close = (): void => {
    own.close();
    promises.close();
    for (const mode of Object.values(modes)) mode.close();
  };
  const face = {
    ...modes,
    promises,
    get own() {
      return own.all;
    },
  };
  return { modes: face, close };
}

/** A log that is closed promises as little as one that has failed; low on space it refuses, too. */
const promised =
  ({ audit, isolation, routes, load }: ModeSources) =>
  (): Promises => {
    const { mode, isRefusing } = audit.standing;
    const given = mode === 'closed' ? 'failed' : mode;
    return promisesOf({
      audit: given === 'spooling' && isRefusing ? 'readOnly' : given,
      isolation: isolation.standing.mode,
      route: routes.standing.mode,
      load: load.standing.mode,
    });
  };
