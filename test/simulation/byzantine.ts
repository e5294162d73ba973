import type { RandomStream } from '../../actors/world.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';

interface Attack {
  /** Whether it gets as far as being somebody. */
  readonly isVerified: boolean;
  run(peer: RawPeer, random: RandomStream): void;
}

const request = (id: number, name = 'echo') => ({
  ...({ kind: 'request', id, timeoutMs: 5_000, encoding: 'json', size: 1, name } as const),
  part: Uint8Array.of(0x37),
});

/** What those do who do not keep to the wire, one each. */
export const attacks = {
  silent: { isVerified: false, run() {} },
  garbage: {
    isVerified: false,
    run: (peer, random) => peer.link?.send(random.bytes(1 + Math.floor(random.draw() * 2_000))),
  },
  'frames instead of a seal': {
    isVerified: false,
    run: (peer, random) => peer.link?.send(Uint8Array.of(5, ...random.bytes(80))),
  },
  'bad tags': {
    isVerified: true,
    run: (peer, random) => peer.link?.send(Uint8Array.of(5, ...random.bytes(64))),
  },
  replays: {
    isVerified: true,
    run: (peer) => {
      const sealed = peer.session?.transport.seal(Uint8Array.of(12));
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
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
export const attackNames = Object.keys(attacks) as readonly AttackName[];

/** One that attacks those at `targets`, one after the other, for ever. */
export async function attackAll(
  at: Stage,
  name: AttackName,
  fill: number,
  targets: readonly string[],
): Promise<void> {
  const attack: Attack = attacks[name];
  const random = at.random('attack');
  const self = selfOf(fill);
  for (;;) {
    const target = targets[Math.floor(random.draw() * targets.length)] ?? '';
    const onShake = (message: Uint8Array): Uint8Array | undefined =>
      attack.isVerified || message[0] !== 5 ? message : undefined;
    const peer = await RawPeer.dial(
      at.world.network,
      `ws://${target}:7000/holdfast`,
      self,
      onShake,
    );
    await at.wait(500);
    attack.run(peer, random);
    await at.wait(1_000 + random.draw() * 30_000);
    peer.link?.drop();
    at.sometimes(`attack: ${name}`, !peer.isOutcomeRefused);
  }
}
