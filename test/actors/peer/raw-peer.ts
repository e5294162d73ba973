import type { Door, Link, LinkEnd, LinkEvents, Network } from '../../../actors/network.ts';
import { drawKey, initiatorOf, responderOf, type Self } from '../../../actors/peer/self.ts';
import type { Frame } from '../../../actors/peer/wire/frame.ts';
import { readFrames } from '../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';
import { credentialsOf, type Session, type Step } from '../../../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import type { Carrier } from '../../../actors/peer/wire/prologue.ts';
import { suites } from '../../../actors/peer/wire/suites.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { secretOf } from './wire/backends.ts';

export function selfOf(fill: number, network = ''): Self {
  const stream = new SeededRandom(fill).stream('self');
  const random = (length: number): Uint8Array => stream.bytes(length);
  const identity = primitives.identityKey(secretOf(fill));
  const credentials = credentialsOf(identity, drawKey(primitives, random));
  return { primitives, credentials, network, suites, random };
}

/** A peer that does nothing by itself but the handshake: a test says the rest. */
export class RawPeer implements LinkEvents {
  readonly id: string;
  readonly frames: Frame[] = [];
  readonly unread: Uint8Array[] = [];
  link: Link | undefined;
  session: Session | undefined;
  end: LinkEnd | undefined;
  isOutcomeRefused = false;
  /** Called with each frame that came in. */
  onFrame = (_: Frame): void => {};
  /** May change or drop what is sent before both are live. */
  onShake = (message: Uint8Array): Uint8Array | undefined => message;
  readonly #shake: { receive(message: Uint8Array): Step };
  readonly #first: Step | undefined;
  readonly #writer = new FrameWriter();

  constructor(self: Self, role: 'initiator' | 'responder', carrier: Carrier = 'ws') {
    this.id = peerIdOf(self.credentials.identity.publicKey);
    const initiator = role === 'initiator' ? initiatorOf(self, carrier) : undefined;
    this.#shake = initiator ?? responderOf(self, carrier);
    this.#first = initiator?.begin();
  }

  /** Resolves once the link is open, or refused; both sides are live later. */
  static async dial(
    network: Network,
    url: string,
    self: Self,
    onShake?: RawPeer['onShake'],
  ): Promise<RawPeer> {
    const peer = new RawPeer(self, 'initiator');
    if (onShake !== undefined) peer.onShake = onShake;
    const { signal } = new AbortController();
    const { outcome } = await network.dial(url, { signal }, (link) => peer.enter(link));
    peer.isOutcomeRefused = outcome !== 'opened';
    return peer;
  }

  /** A door behind which everybody meets `welcome()`. */
  static door(welcome: () => RawPeer): Door {
    return {
      onArrived: () => true,
      onLeft() {},
      onAsked: () => ({ admitted: true }),
      onOpened: (_, link) => welcome().enter(link),
    };
  }

  get isLive(): boolean {
    return this.session !== undefined && this.end === undefined;
  }

  enter(link: Link): LinkEvents {
    this.link = link;
    queueMicrotask(() => this.#first && this.#step(this.#first));
    return this;
  }

  /** As a peer does. */
  answerPings(): void {
    this.onFrame = (frame) => {
      if (frame.kind === 'ping') this.say({ kind: 'pong', nonce: frame.nonce });
    };
  }

  /** All in one sealed message. */
  say(...frames: readonly Frame[]): void {
    this.#writer.clear();
    for (const frame of frames) this.#writer.write(frame);
    this.saySealed(this.#writer.padded);
  }

  /** Whatever it is. */
  saySealed(plain: Uint8Array): void {
    const sealed = this.session?.transport.seal(plain);
    if (sealed !== undefined) this.link?.send(sealed);
  }

  onMessage(message: Uint8Array): void {
    if (this.session === undefined) return this.#step(this.#shake.receive(message.slice()));
    const plain = this.session.transport.open(message);
    const read = plain && readFrames(plain);
    if (read === undefined || 'violation' in read) {
      this.unread.push(message.slice());
      return;
    }
    for (const frame of read) {
      if (frame.kind === 'rekey') this.session.transport.rekeyReceiving();
      this.frames.push(frame);
      this.onFrame(frame);
    }
  }

  onDrained(): void {}

  onEnd(how: LinkEnd): void {
    this.end = how;
  }

  #step(step: Step): void {
    if (step.kind === 'refused') return this.link?.drop();
    for (const message of step.send) {
      const sent = this.onShake(message);
      if (sent !== undefined) this.link?.send(sent);
    }
    if (step.kind === 'live') this.session = step.session;
  }
}
