import type { RandomStream } from '../../actors/world.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';

interface Attack {
  /** Whether it gets as far as being somebody. */
  readonly isVerified: boolean;
  /** Its own unless told. */
  readonly seal?: Seal;
  run(peer: RawPeer, random: RandomStream, slandered: string): void;
}

export interface Attacker {
  readonly name: AttackName;
  readonly fill: number;
  /** Addresses. */
  readonly targets: readonly string[];
  /** About how long it waits before the next one. */
  readonly attackMs: number;
  /** Somebody honest. */
  slandered(): string;
}

const request = (id: number, name = 'echo', json: unknown = 7) => {
  const part = Buffer.from(JSON.stringify(json));
  const { length: size } = part;
  return { kind: 'request', id, timeoutMs: 5_000, encoding: 'json', size, name, part } as const;
};

/** Whoever leaves the handshake as soon as it is to prove who it is says this instead. */
type Seal = (message: Uint8Array) => Uint8Array | undefined;
const none: Seal = () => undefined;
const broken: Seal = (message) => message.with(20, (message[20] ?? 0) ^ 1);

/** What those do who do not keep to the wire, one each. */
export const attacks = {
  silent: { isVerified: false, seal: none, run() {} },
  'a broken seal': {
    isVerified: false,
    seal: broken,
    run: (peer) => peer.say(request(1)),
  },
  garbage: {
    isVerified: false,
    seal: none,
    run: (peer, random) => peer.link?.send(random.bytes(1 + Math.floor(random.draw() * 2_000))),
  },
  'frames instead of a seal': {
    isVerified: false,
    seal: none,
    run: (peer, random) => peer.link?.send(Uint8Array.of(5, ...random.bytes(80))),
  },
  'bad tags': {
    isVerified: true,
    run: (peer, random) => peer.link?.send(Uint8Array.of(5, ...random.bytes(64))),
  },
  replays: {
    isVerified: true,
    run: (peer) => {
      const sealed = peer.session?.transport.seal(Uint8Array.from([12, ...new Uint8Array(63)]));
      if (sealed !== undefined) for (let nth = 0; nth < 2; nth++) peer.link?.send(sealed.slice());
    },
  },
  'wrong frames': {
    isVerified: true,
    run: (peer) => peer.saySealed(Uint8Array.of(99)),
  },
  'ids again': {
    isVerified: true,
    run: (peer) => peer.say(request(1), request(1)),
  },
  floods: {
    isVerified: true,
    run: (peer) => {
      for (let id = 1; id < 1_000; id += 2) peer.say(request(id));
    },
  },
  'asks what there is not': {
    isVerified: true,
    run: (peer) => peer.say(request(1, 'holdfast.slander')),
  },
  slander: {
    isVerified: true,
    run: (peer, _, slandered) => {
      peer.say(request(1, 'report', slandered), request(3, 'holdfast.report', slandered));
    },
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
export const attackNames = Object.keys(attacks) as readonly AttackName[];

/** One that attacks its targets, one after the other, for ever. */
export async function attackAll(
  at: Stage,
  { name, fill, targets, attackMs, slandered }: Attacker,
): Promise<void> {
  const attack: Attack = attacks[name];
  const random = at.random('attack');
  const self = selfOf(fill);
  for (;;) {
    await at.wait(random.draw() * attackMs * 2);
    const target = targets[Math.floor(random.draw() * targets.length)] ?? '';
    const onShake = (message: Uint8Array): Uint8Array | undefined =>
      message[0] === 5 && attack.seal !== undefined ? attack.seal(message) : message;
    const peer = await RawPeer.dial(
      at.world.network,
      `ws://${target}:7000/holdfast`,
      self,
      onShake,
    );
    await at.wait(500);
    attack.run(peer, random, slandered());
    await at.wait(1_000 + random.draw() * 30_000);
    peer.link?.drop();
    at.sometimes(`attack: ${name}`, !peer.isOutcomeRefused);
  }
}
