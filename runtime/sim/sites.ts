import type { Random } from '../../actors/world.ts';
import type { Fault } from './scenario.ts';

type SiteFault = Extract<Fault, { kind: 'site' }>;

/** Of all sites, so many are on in a run; one that is on fires at so many of its visits. */
const ON = 0.5;
const FIRES = 0.25;

/**
 * Places in a workload or in a user's code where something rare can be made to happen. Each site
 * draws from a stream of its own, so that none moves another.
 */
export class Sites {
  /** How often each site fired. */
  readonly fired: Record<string, number> = {};
  isOver = false;
  readonly #random: Random;
  readonly #isDrawn: boolean;
  readonly #listed: ReadonlySet<string>;
  readonly #onFired: (fault: SiteFault) => void;
  readonly #visits = new Map<string, number>();
  readonly #on = new Map<string, boolean>();

  constructor(
    random: Random,
    faults: readonly Fault[],
    isDrawn: boolean,
    onFired: (fault: SiteFault) => void,
  ) {
    this.#random = random;
    this.#isDrawn = isDrawn;
    this.#onFired = onFired;
    const listed = faults.flatMap((fault) => (fault.kind === 'site' ? [keyOf(fault)] : []));
    this.#listed = new Set(listed);
  }

  /** Whether the site fires at this visit. */
  visit(site: string): boolean {
    const nth = (this.#visits.get(site) ?? 0) + 1;
    this.#visits.set(site, nth);
    const isDrawn = this.#isDrawn && this.#draw(site);
    const fault: SiteFault = { kind: 'site', site, nth };
    const fires = !this.isOver && (isDrawn || this.#listed.has(keyOf(fault)));
    this.fired[site] = (this.fired[site] ?? 0) + (fires ? 1 : 0);
    if (fires) this.#onFired(fault);
    return fires;
  }

  #draw(site: string): boolean {
    const stream = this.#random.stream(`site/${site}`);
    const isOn = this.#on.get(site) ?? stream.draw() < ON;
    this.#on.set(site, isOn);
    return isOn && stream.draw() < FIRES;
  }
}

const keyOf = ({ site, nth }: SiteFault): string => `${nth} ${site}`;
