import { TokenBucket } from '../../machines/token-bucket.ts';
import type { Clock } from '../../storage/ports.ts';
import type { Failure } from '../refusals.ts';
import { PROOFS, PROVE, proofIn, refusalOfProof } from './proving.ts';
import { RENAMINGS, ROTATED, refusalOfRenaming } from './renaming.ts';
import type { Call } from './requests/call.ts';
import type { Self } from './self.ts';
import type { Session } from './wire/handshake.ts';
import type { Role } from './wire/noise.ts';

export interface IntroductionTools {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly self: Self;
  readonly role: Role;
  /** The other side says that it has another key: false if what it says is a lie. */
  onChain(chain: Uint8Array): boolean;
}

const NOTHING = { encoding: 'nothing', bytes: new Uint8Array() } as const;

/** What two peers ask each other about who they are, whoever else asks for how much. */
export class Introductions {
  readonly #tools: IntroductionTools;
  readonly #proofs: TokenBucket;
  readonly #renamings: TokenBucket;

  constructor(tools: IntroductionTools) {
    const nowMs = tools.clock.monotonicMs();
    this.#tools = tools;
    this.#proofs = new TokenBucket(PROOFS, nowMs);
    this.#renamings = new TokenBucket(RENAMINGS, nowMs);
  }

  has(name: string): boolean {
    return name === PROVE || name === ROTATED;
  }

  refusalOf(name: string, size: number): Failure | undefined {
    const nowMs = this.#tools.clock.monotonicMs();
    return name === PROVE
      ? refusalOfProof(size, this.#proofs, nowMs)
      : refusalOfRenaming(size, this.#renamings, nowMs);
  }

  /** Answers one, or says which rule it breaks. */
  serve(call: Pick<Call, 'name' | 'payload' | 'answer'>, session: Session): string | undefined {
    const { self, role, onChain } = this.#tools;
    if (call.name === ROTATED) {
      if (!onChain(call.payload.bytes.slice())) return 'continuity';
      call.answer(NOTHING);
      return undefined;
    }
    const proof = proofIn(call.payload, session, self, role);
    if (proof === undefined) return 'challenge';
    call.answer(proof);
    return undefined;
  }
}
