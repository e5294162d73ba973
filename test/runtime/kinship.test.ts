import { describe, expect, it } from 'vitest';
import type { Self } from '../../actors/peer/self.ts';
import type { ContinuityRecord } from '../../actors/peer/wire/continuity.ts';
import { credentialsOf } from '../../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { chainOf, Owner } from '../actors/peer/wire/continuity.fixture.ts';
import { type Listening, PeersStage } from './peers-stage.ts';

const owner = new Owner(primitives, [31, 32, 33, 34]);
const thief = new Owner(primitives, [31, 42, 43]);
const [FIRST, SECOND] = [0, 1].map((seq) => peerIdOf(owner.key(seq).publicKey)) as [string, string];

/** Whoever has that key, and sends these records. */
function selfWith(who: Owner, seq: number, records: readonly ContinuityRecord[] = []): Self {
  const { credentials, ...self } = selfOf(100 + seq);
  const chain = records.length === 0 ? undefined : chainOf(...records);
  return { ...self, credentials: credentialsOf(who.key(seq), credentials.staticKey, chain) };
}

async function given() {
  const stage = new PeersStage();
  const shop = await stage.listening({ network: { relayLevel: 'basic' } });
  let comers = 0;
  /** A live peer that answers pings; or one that was refused. */
  const come = async (self: Self): Promise<RawPeer> => {
    comers += 1;
    const host = stage.network.host(`10.9.${comers}.1`);
    const peer = await stage.until(RawPeer.dial(host, shop.url, self));
    await stage.clock.advanceAsync(100);
    if (!peer.isLive) await stage.clock.advanceAsync(10_000);
    peer.answerPings();
    return peer;
  };
  return { stage, shop, come };
}

const followed = ({ facts }: Listening) =>
  facts.flatMap(({ type, subject, data }) =>
    type === 'peer.followed' ? [[subject, data.peer, data.score]] : [],
  );

describe('what was known of an earlier key', () => {
  it('is known of the present one: what makes it suspected, too', async () => {
    const { stage, shop, come } = await given();
    const first = await come(selfWith(owner, 0));
    for (let nth = 0; nth < 24; nth++) {
      const part = Buffer.from(JSON.stringify({ to: `${nth}`.padEnd(52, 'b') }));
      const sent = { timeoutMs: 1_000, encoding: 'json', size: part.length, part } as const;
      first.say({ kind: 'request', id: 2 * nth + 1, name: 'holdfast.relay', ...sent });
    }
    await stage.clock.advanceAsync(100);
    first.link?.drop();
    await come(selfWith(owner, 1, owner.records(0, 1)));
    const { suspicion } = await stage.until(shop.rt.peers.explain(SECOND));
    expect(suspicion.evidence.map(({ sign, times }) => [sign, times])).toEqual([
      ['peers.sought', 1],
    ]);
  });

  it('is known of the present one: its level, and no more than that', async () => {
    const { stage, shop, come } = await given();
    await stage.until(shop.rt.peers.grant(FIRST, { level: 'privileged' }));
    const peer = await come(selfWith(owner, 1, owner.records(0, 1)));
    expect(peer.isLive).toBe(true);
    expect(shop.rt.peers.list()).toMatchObject([{ id: SECOND, level: 'privileged', trust: 71 }]);
    expect(shop.rt.peers.find(FIRST)?.id).toBe(SECOND);
    expect(followed(shop)).toEqual([[SECOND, FIRST, 71]]);
    await stage.until(shop.rt.peers.grant(FIRST, { level: 'untrusted' }));
    expect(shop.rt.peers.find(SECOND)?.level).toBe('basic');
    await stage.clock.advanceAsync(2_000);
    expect(await stage.until(shop.rt.peers.explain(FIRST))).toMatchObject({
      ...{ level: 'basic', granted: 'untrusted', agrees: true },
      records: [{ signal: 'peer.followed' }, { signal: 'level.granted' }],
    });
  });

  it('keeps a banned peer out whatever its key, until it is pardoned by any id', async () => {
    const { stage, shop, come } = await given();
    shop.rt.peers.ban(FIRST, { reason: 'test', forMs: 3_600_000 });
    const again = () => come(selfWith(owner, 1, owner.records(0, 1)));
    expect([(await again()).end, (await again()).end]).toEqual(['lost', 'lost']);
    await stage.until(shop.rt.peers.unban(FIRST));
    expect((await again()).isLive).toBe(true);
    shop.rt.peers.ban(FIRST, { reason: 'again', forMs: 3_600_000 });
    await stage.clock.advanceAsync(100);
    expect(shop.rt.peers.list()).toEqual([]);
  });

  it('keeps a blacklisted peer out whatever its key, until it is forgiven by any id', async () => {
    const { stage, shop, come } = await given();
    shop.rt.peers.blacklist.blame(FIRST, { reason: 'test' });
    const again = () => come(selfWith(owner, 1, owner.records(0, 1)));
    expect((await again()).end).toBe('lost');
    await stage.until(shop.rt.peers.blacklist.forgive(SECOND));
    expect((await again()).isLive).toBe(true);
  });

  it('comes out for whoever is here by a later key already', async () => {
    const { stage, shop, come } = await given();
    const peer = await come(selfWith(owner, 1, owner.records(0, 1)));
    expect([peer.isLive, followed(shop)]).toEqual([true, []]);
    shop.rt.peers.blacklist.blame(FIRST, { reason: 'test' });
    await stage.clock.advanceAsync(100);
    expect([peer.end, shop.rt.peers.list()]).toEqual(['lost', []]);
  });

  it('is no affair of whoever leaves its records at home: that is a stranger', async () => {
    const { shop, come } = await given();
    shop.rt.peers.ban(FIRST, { reason: 'test', forMs: 3_600_000 });
    expect((await come(selfWith(owner, 1))).isLive).toBe(true);
    expect(shop.rt.peers.list()).toMatchObject([{ id: SECOND, trust: 50 }]);
  });
});

it('whoever is here by an earlier key is not there twice', async () => {
  const { stage, shop, come } = await given();
  const before = await come(selfWith(owner, 0, owner.records(0, 0)));
  const face = shop.rt.peers.find(FIRST);
  await stage.clock.advanceAsync(20_000);
  await come(selfWith(owner, 1, owner.records(0, 1)));
  expect([before.end, shop.rt.peers.list().map(({ id }) => id)]).toEqual(['lost', [SECOND]]);
  expect([shop.rt.peers.find(SECOND) === face, face?.id, face?.isConnected]).toEqual([
    ...[true, SECOND, true],
  ]);
});

it('records that are forged are held against whoever sealed them, and nobody else', async () => {
  const { stage, shop, come } = await given();
  await stage.until(shop.rt.peers.grant(FIRST, { level: 'critical' }));
  const liar = await come(selfWith(thief, 1, [owner.record(0), thief.record(1)]));
  expect([liar.end, shop.rt.peers.list()]).toEqual(['lost', []]);
  const [banned, granted] = await Promise.all(
    [liar.id, FIRST].map((id) => stage.until(shop.rt.peers.explain(id))),
  );
  expect(banned).toMatchObject({ level: 'untrusted', granted: 'untrusted' });
  expect(banned?.score).toBeLessThan(0.1);
  expect(granted).toMatchObject({ level: 'critical', bannedUntilMs: 0 });
  expect(shop.facts.filter(({ type }) => type === 'peer.banned')).toMatchObject([
    { subject: liar.id, data: { rule: 'continuity' } },
  ]);
});
