import type { Band } from '../../../machines/suspicion.ts';
import type { Clock } from '../../../storage/ports.ts';
import type { Relayed } from '../relay.ts';
import type { Asker } from '../requests/asked.ts';
import { AnswerTimes } from './answer-times.ts';
import { Canaries, type CanariesTools } from './canaries.ts';
import { Fingerprints } from './fingerprints.ts';
import { SoughtPeers } from './sought-peers.ts';
import { Suspicions, type SuspicionsTools } from './suspicions.ts';

export interface ObserverTools
  extends SuspicionsTools,
    Omit<CanariesTools, 'clock' | 'onAnswered' | 'onClaimed'> {
  readonly clock: Clock;
  ownId(): string;
  /** Whoever it is by now. */
  presentOf(id: string): string;
  /** The operator vouches for it. */
  isGranted(id: string): boolean;
  /** The shortest way there and back; infinite if it is not known. */
  pingMs(id: string): number;
  /** It answers what nobody who is honest can. */
  onLied(id: string): void;
}

/** Looks for peers that are there to watch, or to be attacked: how suspicious each of them is. */
export class Observer {
  readonly suspicions: Suspicions;
  readonly #tools: ObserverTools;
  readonly #canaries: Canaries;
  readonly #fingerprints = new Fingerprints();
  readonly #times: AnswerTimes;
  readonly #soughtPeers: SoughtPeers;

  constructor(tools: ObserverTools) {
    const suspicions = new Suspicions(tools);
    this.#tools = tools;
    this.suspicions = suspicions;
    this.#canaries = new Canaries({
      ...tools,
      onAnswered: (id) => {
        suspicions.saw(id, 'canary.answered');
        tools.onLied(id);
      },
      onClaimed: (id) => suspicions.saw(id, 'canary.claimed'),
    });
    this.#times = new AnswerTimes({
      clock: tools.clock,
      pingMs: (id) => tools.pingMs(id),
      onUniform: (id) => suspicions.saw(id, 'answers.uniform'),
      onFlawless: (id) => suspicions.saw(id, 'answers.flawless'),
    });
    this.#soughtPeers = new SoughtPeers(tools.clock);
  }

  /** Who is told less: nobody whom the operator vouches for. */
  bandOf(id: string): Band {
    return this.#tools.isGranted(id) ? 'clear' : this.suspicions.band(id);
  }

  /** `address` is undefined if it says nothing about who came: that of a relay, or of this host. */
  opened(id: string, address: string | undefined): void {
    this.#canaries.opened(id);
    if (address === undefined) return;
    const nowMs = this.#tools.clock.monotonicMs();
    for (const alike of this.#fingerprints.came(id, address, nowMs)) {
      this.suspicions.saw(alike, 'fingerprint.shared');
    }
  }

  left(id: string): void {
    this.#canaries.left(id);
  }

  /** Whoever asks `id` for something hears the same as without it. */
  watching(id: string, method: string, bytes: number, asker: Asker): Asker {
    this.#canaries.names.asked(method, bytes);
    return this.#times.watching(id, asker);
  }

  /** It asked for a way to a peer, and that came of it. */
  sought(id: string, to: string, outcome: Relayed['outcome']): void {
    const told = this.#canaries.holderOf(to);
    if (told !== undefined) {
      const holder = this.#tools.presentOf(told);
      if (holder !== id) this.suspicions.saw(holder, 'canary.leaked');
      this.suspicions.saw(id, 'canary.sought');
    }
    if (outcome === 'opened') return this.#soughtPeers.found(id);
    // Whoever looks whether a relay works asks for itself, or for the relay.
    const isProbe = to === id || to === this.#tools.ownId();
    if (outcome === 'full' || isProbe || !this.#soughtPeers.missed(id, to)) return;
    this.suspicions.saw(id, 'peers.sought');
  }

  close(): void {
    this.suspicions.close();
  }
}
