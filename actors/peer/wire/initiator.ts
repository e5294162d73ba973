import {
  awaitingSeal,
  claimedPeer,
  dialledPeer,
  type Expected,
  type HandshakeOptions,
  noiseOf,
  refused,
  Sealing,
  type Step,
  waiting,
} from './handshake.ts';
import { bodyOf, readPrefer, tagged, tags, writeHello } from './hello.ts';
import type { NoiseHandshake } from './noise.ts';
import type { Suite } from './suites.ts';

const NOTHING = new Uint8Array(0);

export interface InitiatorOptions extends HandshakeOptions {
  /** Who is dialled; undefined if anybody may answer. */
  readonly expected: Expected | undefined;
}

type State =
  | { readonly awaits: 'reply'; readonly noise: NoiseHandshake; readonly suite: Suite }
  | { readonly awaits: 'seal'; readonly sealing: Sealing }
  | { readonly awaits: 'nothing' };

/** The side that dials: hello, then finish and seal, then live. */
export class Initiator {
  readonly #options: InitiatorOptions;
  readonly #offered: readonly number[];
  #state: State = { awaits: 'nothing' };
  #wasAsked = false;

  constructor(options: InitiatorOptions) {
    this.#options = options;
    this.#offered = options.suites.map(({ number }) => number);
  }

  /** What is said first; once. */
  begin(): Step {
    return this.#hello(this.#offered[0]);
  }

  receive(message: Uint8Array): Step {
    const state = this.#state;
    this.#state = { awaits: 'nothing' };
    if (state.awaits === 'seal') return this.#receiveSeal(message, state.sealing);
    if (state.awaits === 'nothing') return refused('unexpected');
    if (message[0] === tags.prefer) return this.#receivePrefer(message, state.suite);
    const reply = bodyOf(tags.reply, message);
    return reply ? this.#receiveReply(reply, state.noise, state.suite) : refused('unexpected');
  }

  #hello(chosen: number | undefined): Step {
    const suite = this.#options.suites.find(({ number }) => number === chosen);
    if (suite === undefined) return refused('suite');
    const noise = noiseOf(this.#options, 'initiator', this.#offered, suite);
    const first = noise.write(NOTHING);
    if (first === undefined) return refused('forged');
    this.#state = { awaits: 'reply', noise, suite };
    return waiting(writeHello({ offered: this.#offered, chosen: suite.number, noise: first }));
  }

  #receivePrefer(message: Uint8Array, suite: Suite): Step {
    const preferred = readPrefer(message);
    if (preferred === undefined) return refused('malformed');
    if (this.#wasAsked || preferred === suite.number) return refused('suite');
    this.#wasAsked = true;
    return this.#hello(preferred);
  }

  #receiveReply(reply: Uint8Array, noise: NoiseHandshake, suite: Suite): Step {
    const payload = noise.read(reply);
    if (payload === undefined || noise.remoteStatic === undefined) return refused('forged');
    const claimed = claimedPeer(this.#options, payload, noise.remoteStatic);
    if (typeof claimed === 'string') return refused(claimed);
    const { expected, credentials, primitives } = this.#options;
    const peer = dialledPeer(primitives, claimed, expected);
    if (typeof peer === 'string') return refused(peer);
    const last = noise.write(credentials.payload);
    if (last === undefined) return refused('forged');
    const sealing = new Sealing(this.#options, 'initiator', noise, suite, peer);
    this.#state = { awaits: 'seal', sealing };
    return awaitingSeal(peer, tagged(tags.finish, last), sealing.ours());
  }

  #receiveSeal(message: Uint8Array, sealing: Sealing): Step {
    const session = sealing.verified(message);
    return session ? { kind: 'live', send: [], session } : refused('seal');
  }
}
