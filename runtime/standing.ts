import type { AccessList } from '../actors/peer/door/access-list.ts';
import type { Kinship } from '../actors/peer/kinship.ts';
import type { Earning, Failing, Reputation } from '../actors/peer/reputation.ts';
import type { Level } from '../machines/trust.ts';
import type { Clock } from '../storage/ports.ts';

export type Signal = Earning | Failing;

/** What each peer may do here, by its reputation and by the lists of the operator. */
export class Standing {
  readonly #reputation: Reputation;
  readonly #access: AccessList;
  readonly #kinship: Pick<Kinship, 'presentOf' | 'selvesOf'>;
  readonly #clock: Clock;

  constructor(
    reputation: Reputation,
    access: AccessList,
    kinship: Pick<Kinship, 'presentOf' | 'selvesOf'>,
    clock: Clock,
  ) {
    this.#reputation = reputation;
    this.#access = access;
    this.#kinship = kinship;
    this.#clock = clock;
  }

  /** 0 to 100. */
  trustOf(id: string): number {
    return this.#reputation.score(this.#kinship.presentOf(id));
  }

  levelOf(id: string): Level {
    return this.#reputation.level(this.#kinship.presentOf(id));
  }

  isGranted(id: string): boolean {
    return this.#reputation.trust(this.#kinship.presentOf(id)).granted !== 'untrusted';
  }

  /** Whether it may be connected at all. */
  isWelcome(id: string, address: string): boolean {
    const ids = this.#kinship.selvesOf(id);
    if (ids.some((each) => this.#reputation.isBanned(each))) return false;
    return this.#access.excludes({ address, ids }, this.#clock.wallMs()) === undefined;
  }

  judge(of: string, signal: Signal): void {
    const id = this.#kinship.presentOf(of);
    if (signal === 'request.answered' || signal === 'health.answered') {
      this.#reputation.earned(id, signal);
    } else this.#reputation.failed(id, signal);
  }

  /** Inside a frame whose tag verified. */
  violated(id: string, rule: string): void {
    this.#reputation.violated(this.#kinship.presentOf(id), rule);
  }
}
