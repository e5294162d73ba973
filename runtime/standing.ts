import type { AccessList } from '../actors/peer/door/access-list.ts';
import type { Earning, Failing, Reputation } from '../actors/peer/reputation.ts';
import type { Level } from '../machines/trust.ts';
import type { Clock } from '../storage/ports.ts';

export type Signal = Earning | Failing;

/** What each peer may do here, by its reputation and by the lists of the operator. */
export class Standing {
  readonly #reputation: Reputation;
  readonly #access: AccessList;
  readonly #clock: Clock;

  constructor(reputation: Reputation, access: AccessList, clock: Clock) {
    this.#reputation = reputation;
    this.#access = access;
    this.#clock = clock;
  }

  /** 0 to 100. */
  trustOf(id: string): number {
    return this.#reputation.score(id);
  }

  levelOf(id: string): Level {
    return this.#reputation.level(id);
  }

  isGranted(id: string): boolean {
    return this.#reputation.trust(id).granted !== 'untrusted';
  }

  /** Whether it may be connected at all. */
  isWelcome(id: string, address: string): boolean {
    if (this.#reputation.isBanned(id)) return false;
    return this.#access.excludes({ address, id }, this.#clock.wallMs()) === undefined;
  }

  judge(id: string, signal: Signal): void {
    if (signal === 'request.answered' || signal === 'health.answered') {
      this.#reputation.earned(id, signal);
    } else this.#reputation.failed(id, signal);
  }

  /** Inside a frame whose tag verified. */
  violated(id: string, rule: string): void {
    this.#reputation.violated(id, rule);
  }
}
