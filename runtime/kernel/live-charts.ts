import type { AnyActorRef } from 'xstate';
import type { Onlooker } from './onlooker.ts';
import type { Incarnation } from './xstate.ts';

/** A chart of the house, or of an embedder's mode, for as long as it runs. */
export class LiveChart {
  /** Of its kind, as in `breaker:psp`. */
  readonly id: string;
  /** The id; with a number behind it for one beside others of that id. */
  readonly name: string;
  readonly ref: Incarnation;
  isOver = false;
  /** The value of its state when an onlooker looked last. */
  seen: unknown;

  constructor(id: string, name: string, ref: Incarnation) {
    this.id = id;
    this.name = name;
    this.ref = ref;
  }
}

/** All that run now. */
export class LiveCharts {
  onlooker: Onlooker | undefined;
  readonly #byRef = new Map<AnyActorRef, LiveChart>();
  /** How many run under one id, and how many did since none did. */
  readonly #named = new Map<string, { running: number; ever: number }>();

  get size(): number {
    return this.#byRef.size;
  }

  begin(id: string, ref: Incarnation): void {
    const named = this.#named.get(id) ?? { running: 0, ever: 0 };
    this.#named.set(id, { running: named.running + 1, ever: named.ever + 1 });
    const chart = new LiveChart(id, named.ever === 0 ? id : `${id} ${named.ever + 1}`, ref);
    this.#byRef.set(ref, chart);
    this.onlooker?.changed(chart);
  }

  moved(ref: AnyActorRef, by?: string): void {
    if (this.onlooker === undefined) return;
    const chart = this.#byRef.get(ref);
    if (chart !== undefined) this.onlooker.moved(chart, by);
  }

  end(ref: AnyActorRef): void {
    const chart = this.#byRef.get(ref);
    if (chart === undefined) return;
    chart.isOver = true;
    this.#byRef.delete(ref);
    const { running = 0, ever = 0 } = this.#named.get(chart.id) ?? {};
    if (running <= 1) this.#named.delete(chart.id);
    else this.#named.set(chart.id, { running: running - 1, ever });
    this.onlooker?.changed(chart);
  }

  find(ref: AnyActorRef): LiveChart | undefined {
    return this.#byRef.get(ref);
  }

  [Symbol.iterator](): Iterator<LiveChart> {
    return this.#byRef.values();
  }
}
