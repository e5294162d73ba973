import {
  awaitingSeal,
  claimedPeer,
  type HandshakeOptions,
  noiseOf,
  refused,
  Sealing,
  type Step,
  waiting,
} from './handshake.ts';
import { bodyOf, type Hello, readHello, tagged, tags, writePrefer } from './hello.ts';
import type { NoiseHandshake } from './noise.ts';
import { chooseSuite, type Suite } from './suites.ts';

type State =
  | { readonly awaits: 'hello'; readonly offered?: readonly number[] }
  | { readonly awaits: 'finish'; readonly noise: NoiseHandshake; readonly suite: Suite }
  | { readonly awaits: 'seal'; readonly sealing: Sealing }
  | { readonly awaits: 'nothing' };

/** The side that listens: reply, then seal and live. */
export class Responder {
  readonly #options: HandshakeOptions;
  #state: State = { awaits: 'hello' };

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  receive(message: Uint8Array): Step {
    const state = this.#state;
    this.#state = { awaits: 'nothing' };
    switch (state.awaits) {
      case 'hello':
        return this.#receiveHello(message, state.offered);
      case 'finish':
        return this.#receiveFinish(message, state.noise, state.suite);
      case 'seal':
        return this.#receiveSeal(message, state.sealing);
      case 'nothing':
        return refused('unexpected');
    }
  }

  /** @param before what a first hello offered, if another suite was preferred to its choice. */
  #receiveHello(message: Uint8Array, before: readonly number[] | undefined): Step {
    if (message[0] !== tags.hello) return refused('unexpected');
    const hello = readHello(message);
    if (hello === undefined) return refused('malformed');
    const suite = chooseSuite(hello.offered, this.#options.suites);
    if (suite === undefined) return refused('noSuite');
    if (before !== undefined && before.join() !== hello.offered.join()) return refused('suite');
    if (suite.number === hello.chosen) return this.#reply(hello, suite);
    if (before !== undefined) return refused('suite');
    this.#state = { awaits: 'hello', offered: hello.offered };
    return waiting(writePrefer(suite.number));
  }

  #reply({ offered, noise: first }: Hello, suite: Suite): Step {
    const noise = noiseOf(this.#options, 'responder', offered, suite);
    const payload = noise.read(first);
    if (payload?.length !== 0) return refused('malformed');
    const reply = noise.write(this.#options.credentials.payload);
    if (reply === undefined) return refused('forged');
    this.#state = { awaits: 'finish', noise, suite };
    return waiting(tagged(tags.reply, reply));
  }

  #receiveFinish(message: Uint8Array, noise: NoiseHandshake, suite: Suite): Step {
    const finish = bodyOf(tags.finish, message);
    if (finish === undefined) return refused('unexpected');
    const payload = noise.read(finish);
    if (payload === undefined || noise.remoteStatic === undefined) return refused('forged');
    const peer = claimedPeer(this.#options, payload, noise.remoteStatic);
    if (typeof peer === 'string') return refused(peer);
    const sealing = new Sealing(this.#options, 'responder', noise, suite, peer);
    this.#state = { awaits: 'seal', sealing };
    return awaitingSeal(peer);
  }

  /** Its own seal is the last to be sent: whoever is not let in after all never gets it. */
  #receiveSeal(message: Uint8Array, sealing: Sealing): Step {
    const session = sealing.verified(message);
    return session ? { kind: 'live', send: [sealing.ours()], session } : refused('seal');
  }
}
