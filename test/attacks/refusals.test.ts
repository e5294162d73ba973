import { describe, expect, it } from 'vitest';
import type { Self } from '../../actors/peer/self.ts';
import type { ContinuityRecord } from '../../actors/peer/wire/continuity.ts';
import { credentialsOf } from '../../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { chainOf, Owner } from '../actors/peer/wire/continuity.fixture.ts';
import { type Listening, PeersStage } from '../runtime/peers-stage.ts';

const owner = new Owner(primitives, [31, 32, 33]);
const FIRST = peerIdOf(owner.key(0).publicKey);
const HOUR_MS = 3_600_000;

/** Whoever has that key, and sends these records. */
function selfWith(seq: number, records: readonly ContinuityRecord[] = []): Self {
  const { credentials, ...self } = selfOf(100 + seq);
  const chain = records.length === 0 ? undefined : chainOf(...records);
  return { ...self, credentials: credentialsOf(owner.key(seq), credentials.staticKey, chain) };
}

type Shake = (message: Uint8Array) => Uint8Array | undefined;
const spoilt =
  (tag: number): Shake =>
  (message) =>
    message[0] === tag ? message.with(40, (message[40] ?? 0) ^ 1) : message;

interface Case {
  readonly self: Self;
  readonly shake?: Shake;
  before?(stage: PeersStage, shop: Listening): Promise<unknown>;
}

const granted = async (stage: PeersStage, { rt }: Listening, id: string) =>
  await stage.until(rt.peers.grant(id, { level: 'verified' }));

/** Somebody who is there, and goes on being there. */
async function guest(stage: PeersStage, { url }: Listening, self: Self): Promise<RawPeer> {
  const peer = await stage.until(RawPeer.dial(stage.network.host('10.8.1.1'), url, self));
  await stage.clock.advanceAsync(100);
  peer.answerPings();
  return peer;
}

const cases: Readonly<Record<string, Case>> = {
  'whoever is banned': {
    self: selfWith(0),
    before: async (_, { rt }) => rt.peers.ban(FIRST, { reason: 'test', forMs: HOUR_MS }),
  },
  'whoever is blacklisted': {
    self: selfWith(0),
    before: async (_, { rt }) => rt.peers.blacklist.blame(FIRST, { reason: 'test' }),
  },
  'whoever was banned by an earlier key': {
    self: selfWith(1, owner.records(0, 1)),
    before: async (_, { rt }) => rt.peers.ban(FIRST, { reason: 'test', forMs: HOUR_MS }),
  },
  'whose key had its time': {
    self: selfWith(0),
    before: async (stage, shop) => {
      await granted(stage, shop, FIRST);
      (await guest(stage, shop, selfWith(1, owner.records(0, 1)))).link?.drop();
      await stage.clock.advanceAsync(100);
    },
  },
  'whoever seals forged records': {
    self: selfWith(1, [owner.record(0), { ...owner.record(1), bytes: spoiltRecord() }]),
    before: (stage, shop) => granted(stage, shop, FIRST),
  },
  'whom there is no room for': {
    self: selfWith(0),
    before: async (stage, shop) => {
      await granted(stage, shop, peerIdOf(selfOf(50).credentials.identity.publicKey));
      await guest(stage, shop, selfOf(50));
    },
  },
  'whose seal is forged': { self: selfWith(0), shake: spoilt(5) },
  'whoever is of another network': { self: selfWith(0), shake: spoilt(4) },
  'whoever says nothing in the end': {
    self: selfWith(0),
    shake: (message) => (message[0] === 1 ? message : undefined),
  },
};

function spoiltRecord(): Uint8Array {
  const { bytes } = owner.record(1);
  return bytes.with(130, (bytes[130] ?? 0) ^ 1);
}

/** What comes of a dial, as whoever dials can see it. */
async function seen({ self, shake, before }: Case) {
  const stage = new PeersStage();
  stage.network.weather = { latencyMs: 10, jitterMs: 0, lossRate: 0, cutRate: 0 };
  const shop = await stage.listening({ limits: { peersMax: 1 } });
  await before?.(stage, shop);
  const heard: number[] = [];
  stage.network.attacker = ({ from, to, message }) => {
    if (from === shop.address && to === '10.9.1.1') heard.push(message.length);
    return [message];
  };
  const host = stage.network.host('10.9.1.1');
  const peer = await stage.until(RawPeer.dial(host, shop.url, self, shake));
  const fromMs = stage.clock.monotonicMs();
  while (peer.end === undefined && stage.clock.monotonicMs() - fromMs < 20_000) {
    await stage.clock.advanceAsync(1);
  }
  return { heard, end: peer.end, afterMs: stage.clock.monotonicMs() - fromMs };
}

describe('whoever is refused', () => {
  it.each(Object.entries(cases))('%s hears and sees what all others do', async (_, which) => {
    expect(await seen(which)).toEqual({ heard: [1_305], end: 'lost', afterMs: 10_000 });
  });

  it('is told apart from whoever is let in', async () => {
    const self = selfWith(0);
    const { heard, afterMs } = await seen({ self });
    expect([heard.slice(0, 2), afterMs]).toEqual([[1_305, 81], 20_000]);
  });
});
