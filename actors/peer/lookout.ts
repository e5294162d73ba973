import type { Cancel, Clock } from '../../storage/ports.ts';
import type { Conversation } from './conversation.ts';

export interface LookoutTools {
  readonly clock: Clock;
  readonly deadlines: {
    /** How often the other side is asked whether it is there. */
    readonly pingMs: number;
    /** Who takes nothing in for so long is let go. */
    readonly stalledMs: number;
    readonly idleMs: number;
  };
}

/** What is seen, and whether there is still somebody to look at. */
export interface LookoutEvents {
  readonly isLive: boolean;
  readonly isEnded: boolean;
  onHeard(): void;
  drop(because: string): void;
}

export type Watched = Pick<
  Conversation,
  'isHeard' | 'isStalled' | 'isSpent' | 'endHealthCheck' | 'checkHealth'
>;

/** Silence, and what began meanwhile, is noticed so much later at most. */
export const lookMsOf = ({ pingMs, idleMs }: LookoutTools['deadlines']): number =>
  Math.ceil(Math.min(pingMs / 3, idleMs / 5));

/** Looks now and then whether the other side was silent, and whether it takes anything in. */
export class Lookout {
  readonly #tools: LookoutTools;
  readonly #talk: Watched;
  readonly #events: LookoutEvents;
  readonly #lookMs: number;
  #looks = 0;
  #stalledMs = 0;
  #cancel: Cancel;

  constructor(tools: LookoutTools, talk: Watched, events: LookoutEvents) {
    this.#tools = tools;
    this.#talk = talk;
    this.#events = events;
    this.#lookMs = lookMsOf(tools.deadlines);
    this.#cancel = this.#later();
  }

  #later(): Cancel {
    return this.#tools.clock.after(this.#lookMs, () => {
      this.#looks += 1;
      this.#look();
      if (!this.#events.isEnded) this.#cancel = this.#later();
    });
  }

  #look(): void {
    const talk = this.#talk;
    const { pingMs, stalledMs } = this.#tools.deadlines;
    if (talk.isHeard) this.#events.onHeard();
    talk.isHeard = false;
    this.#stalledMs = talk.isStalled ? this.#stalledMs + this.#lookMs : 0;
    if (this.#stalledMs >= stalledMs) return this.#events.drop('it takes nothing in');
    if (talk.isSpent) return this.#events.drop('its key is spent');
    talk.endHealthCheck();
    const isDue = (this.#looks * this.#lookMs) % pingMs < this.#lookMs;
    if (isDue && this.#events.isLive) talk.checkHealth();
  }

  stop(): void {
    this.#cancel();
  }
}
