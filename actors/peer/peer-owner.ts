import type { PeerDeadlines, PeerEnding } from '../../machines/peer.machine.ts';
import type { TokenBucketOptions } from '../../machines/token-bucket.ts';
import type { Failure } from '../refusals.ts';
import type { Kernel } from '../world.ts';
import type { CircuitLink } from './circuit-link.ts';
import type { ConversationTools } from './conversation.ts';
import type { HandshakeQueue } from './handshake-queue.ts';
import type { Ledger } from './ledger.ts';
import type { LookoutTools } from './lookout.ts';
import type { PeerActor } from './peer.actor.ts';
import type { Call } from './requests/call.ts';
import type { Self } from './self.ts';
import type { SessionKeysTools } from './session-keys.ts';
import type { Frame } from './wire/frame.ts';
import type { FrameWriter } from './wire/frame-writer.ts';
import type { RemotePeer } from './wire/handshake.ts';

/** What all connections of one side share. */
export interface PeerTools extends Omit<ConversationTools, 'account'> {
  readonly kernel: Pick<Kernel, 'startChart'>;
  readonly self: Self;
  readonly ledger: Ledger;
  readonly handshakes: HandshakeQueue;
  /** For messages that a circuit can carry. */
  readonly relayWriter: FrameWriter;
  /** How many requests it may make. */
  readonly requests: TokenBucketOptions;
  readonly deadlines: PeerDeadlines & LookoutTools['deadlines'] & SessionKeysTools['deadlines'];
}

/** Whoever decides about peers. None of it may throw. */
export interface PeerOwner {
  /** Whether there is a connection to it already, and not through others. */
  isLinked(id: string): boolean;
  /** Whoever it is by now. */
  presentOf(id: string): string;
  /** It has proved its key, and what it says that it was before is looked at: false refuses it. */
  meets(peer: RemotePeer): boolean;
  /**
   * It is known who it is, and it has not been told yet that we know: false refuses it, without
   * another byte.
   */
  admits(actor: PeerActor, peer: RemotePeer): boolean;
  onOpened(actor: PeerActor): void;
  /** But for those that are answered here: why it is refused, if it is. */
  onRequest(actor: PeerActor, name: string, size: number): Failure | undefined;
  onCall(actor: PeerActor, call: Call): void;
  onFrame(actor: PeerActor, frame: Frame & { readonly kind: 'relay' | 'pass' }): void;
  /** It says that it has another key: false if what it says is a lie. */
  onChain(actor: PeerActor, chain: Uint8Array): boolean;
  onHealth(actor: PeerActor, signal: 'health.answered' | 'health.timedOut'): void;
  /** The keys of its connection are new. */
  onRotated(actor: PeerActor): void;
  /** Once, and nothing of it is left. */
  onEnded(actor: PeerActor, ending: PeerEnding, because: string | null): void;
}

/** One end of a circuit, and who has to be at the other one. */
export interface Circuit {
  readonly role: 'initiator' | 'responder';
  readonly link: CircuitLink;
  readonly expected: string;
}
