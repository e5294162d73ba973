import type { Cancel, Clock } from '../../../storage/ports.ts';
import { Secret } from '../../../storage/secret.ts';
import type { RandomStream } from '../../world.ts';
import { Recent } from '../door/recent.ts';
import type { Asker } from '../requests/asked.ts';
import { peerIdOf } from '../wire/peer-id.ts';
import type { Primitives } from '../wire/primitives.ts';
import { CanaryNames, type CanaryRequest } from './canary-names.ts';

/** After a peer came, and from one to the next: between so much and twice as much. */
const FIRST_MS = 300_000;
const EVERY_MS = 1_800_000;
const SEED_BYTES = 32;
/** Ids that peers were told. */
const TOLD_MAX = 32_768;

/** What an honest peer says of what does not exist, or while it has no time to look. */
const HONEST: readonly string[] = [
  ...['METHOD_UNKNOWN', 'PEER_UNREACHABLE', 'LEVEL_TOO_LOW', 'RATE_LIMITED', 'REQUESTS_FULL'],
  ...['PEER_REFUSED', 'RUNTIME_STOPPED', 'PEER_LOST', 'REQUEST_TIMEOUT', 'REQUEST_CANCELLED'],
];

export interface CanariesTools {
  readonly clock: Pick<Clock, 'after'>;
  readonly random: RandomStream;
  readonly primitives: Pick<Primitives, 'identityKey'>;
  /** As requests of ours are asked. */
  askMethod(id: string, canary: CanaryRequest, asker: Asker): void;
  /** For a way to a peer, as is asked when one is sought. */
  askWay(id: string, to: string, asker: Asker): void;
  onAnswered(id: string): void;
  /** It refused as if there were such a thing. */
  onClaimed(id: string): void;
}

/**
 * Requests for what does not exist, now and then, to each peer that is there: an honest one refuses
 * them, and that is all. They cost it two requests an hour. Half of them name the id of a peer that
 * there is not, of a key like any other: nobody but the peer that was asked ever hears of it.
 */
export class Canaries {
  readonly names: CanaryNames;
  readonly #tools: CanariesTools;
  readonly #waiting = new Map<string, Cancel>();
  readonly #told = new Recent<string>(TOLD_MAX);

  constructor(tools: CanariesTools) {
    this.#tools = tools;
    this.names = new CanaryNames(tools.random);
  }

  opened(id: string): void {
    if (!this.#waiting.has(id)) this.#later(id, FIRST_MS);
  }

  left(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  /** Who was told that id; undefined if it is no canary. */
  holderOf(id: string): string | undefined {
    return this.#told.find(id);
  }

  #later(id: string, ms: number): void {
    const { clock, random } = this.#tools;
    const cancel = clock.after(ms * (1 + random.draw()), () => {
      this.#ask(id);
      this.#later(id, EVERY_MS);
    });
    this.#waiting.set(id, cancel);
  }

  #ask(id: string): void {
    const { random, askMethod, askWay } = this.#tools;
    if (random.draw() < 0.5) {
      return askMethod(id, this.names.draw(), this.#asker(id));
    }
    const to = this.#freshId();
    this.#told.set(to, id);
    askWay(id, to, this.#asker(id));
  }

  /** That of a key, for half of all bytes are none, as anybody can tell. */
  #freshId(): string {
    const { random, primitives } = this.#tools;
    const seed = Secret.of(random.bytes(SEED_BYTES));
    const { publicKey } = primitives.identityKey(seed);
    seed.wipe();
    return peerIdOf(publicKey);
  }

  #asker(id: string): Asker {
    const { onAnswered, onClaimed } = this.#tools;
    return {
      onAnswered: () => onAnswered(id),
      onStreamed: (items) => {
        items.cancel();
        onAnswered(id);
      },
      onFailed: ({ code }) => {
        if (!HONEST.includes(code)) onClaimed(id);
      },
    };
  }
}
