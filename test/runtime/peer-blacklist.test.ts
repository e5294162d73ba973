import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { type Machine, PeersStage } from './peers-stage.ts';

async function given() {
  const stage = new PeersStage();
  const shop = await stage.listening({ name: 'shop' });
  const depot = await stage.listening({ name: 'depot' });
  const eve = await stage.machine();
  return { stage, shop, depot, eve, id: eve.rt.peers.id };
}

const idOf = (seed: number): string => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed);
  return peerIdOf(key);
};
const signersOf = ({ rt }: Machine) => ({ signers: [rt.peers.blacklist.verifierKey] });
const told = ({ facts }: Machine, prefix: string) =>
  facts
    .filter(({ type }) => type.startsWith(prefix))
    .map(({ type, subject, data }) => [type, subject, data]);

describe('who is known to be malicious', () => {
  it('is let go at once, and refused as who is banned is', async () => {
    const { stage, shop, eve, id } = await given();
    const peer = await stage.until(eve.rt.peers.connect(shop.url));
    shop.rt.peers.blacklist.blame(id, { reason: 'floods' });
    await stage.clock.advanceAsync(100);
    expect([peer.isConnected, shop.rt.peers.list()]).toEqual([false, []]);
    const listed = await stage.refusal((await stage.machine()).rt.peers.connect(shop.url));
    expect(listed).toBe('it was not refused');
    await stage.clock.advanceAsync(60_000);
    expect(shop.rt.peers.find(id)).toBe(undefined);
    const { verdict } = await stage.until(shop.rt.peers.explain(id));
    expect(verdict).toEqual({ because: 'blacklisted', list: 'here', reason: 'floods' });
    expect(told(shop, 'peer.blacklisted')).toEqual([
      ['peer.blacklisted', id, { reason: 'floods', by: 'here' }],
    ]);
  });

  it('is so elsewhere by a signed list, which says whose word that is', async () => {
    const { stage, shop, depot, eve, id } = await given();
    shop.rt.peers.blacklist.blame(id, { reason: 'floods' });
    await stage.until(eve.rt.peers.connect(depot.url));
    const note = shop.rt.peers.blacklist.export();
    const { blacklist } = depot.rt.peers;
    expect([
      blacklist.import(note, signersOf(shop)),
      blacklist.import(note, signersOf(shop)),
    ]).toEqual([1, 0]);
    await stage.clock.advanceAsync(100);
    expect(depot.rt.peers.list()).toEqual([]);
    const { verdict } = await stage.until(depot.rt.peers.explain(id));
    expect(verdict).toEqual({ because: 'blacklisted', list: 'shop', line: 3, reason: 'floods' });
    // Our own word alone is passed on.
    expect(blacklist.export()).not.toContain(id);
    expect(told(depot, 'peer.blacklisted')).toMatchObject([
      ['peer.blacklisted', undefined, { by: 'shop', identities: 1, added: 1 }],
      ['peer.blacklisted', undefined, { by: 'shop', identities: 1, added: 0 }],
    ]);
  });

  it('is so by a list of whom one had the key of before its identity rotated', async () => {
    const { stage, shop, depot, id } = await given();
    const pinned = signersOf(shop);
    await stage.until(shop.rt.keys.rotate('identity'));
    shop.rt.peers.blacklist.blame(id, { reason: 'floods' });
    const note = shop.rt.peers.blacklist.export();
    expect(depot.rt.peers.blacklist.import(note, pinned)).toBe(1);
    expect(pinned).not.toEqual(signersOf(depot));
  });

  it('is nobody by a list that is forged, or signed by somebody else', async () => {
    const { shop, depot, id } = await given();
    shop.rt.peers.blacklist.blame(id, { reason: 'floods' });
    const note = shop.rt.peers.blacklist.export();
    const { blacklist } = depot.rt.peers;
    const forged = [
      note.replace('floods', 'frauds'),
      note.replace(id, depot.rt.peers.id),
      'a list',
    ];
    for (const text of forged) {
      const importing = () => blacklist.import(text, signersOf(shop));
      expect(importing).toThrow(expect.objectContaining({ code: 'AUDIT_UNPROVEN' }));
    }
    expect(() => blacklist.import(note, signersOf(depot))).toThrow('no known key has signed it');
    expect([blacklist.list(), told(depot, 'peer.blacklisted')]).toEqual([[], []]);
  });

  it('is never this runtime itself', async () => {
    const { shop, depot } = await given();
    const own = depot.rt.peers.id;
    expect(() => depot.rt.peers.blacklist.blame(own, { reason: 'x' })).toThrow(
      new RangeError('id must be that of another runtime'),
    );
    shop.rt.peers.blacklist.blame(own, { reason: 'floods' });
    const added = depot.rt.peers.blacklist.import(
      shop.rt.peers.blacklist.export(),
      signersOf(shop),
    );
    expect([added, depot.rt.peers.blacklist.list()]).toEqual([0, []]);
  });

  it.each([
    ['the longest reasons', '\u{1f980}'.repeat(200), 1_169],
    ['the shortest reasons', 'x', 18_163],
  ])(
    'is exported and imported whole, as many as there may be, with %s',
    async (_, reason, most) => {
      const { stage, depot } = await given();
      const shop = await stage.listening({ name: 's'.repeat(64) });
      const { blacklist } = shop.rt.peers;
      const ids = Array.from({ length: most + 1 }, (_, at) => idOf(at));
      const [first = '', last = ''] = [ids[0], ids.pop()];
      for (const id of ids) blacklist.blame(id, { reason });
      const bytes = (most + 1) * Buffer.byteLength(`${last} ${reason}\n`);
      expect(() => blacklist.blame(last, { reason })).toThrow(
        new RangeError(
          `reason must leave all that are blamed here at most 999000 bytes, got ${bytes}`,
        ),
      );
      blacklist.blame(first, { reason });
      const added = depot.rt.peers.blacklist.import(blacklist.export(), signersOf(shop));
      expect([blacklist.list().length, added]).toEqual([most, most]);
      await stage.until(blacklist.forgive(first));
      blacklist.blame(last, { reason });
      expect(depot.rt.peers.blacklist.import(blacklist.export(), signersOf(shop))).toBe(1);
    },
  );

  it('is forgiven only once that is on record', async () => {
    const { stage, shop, eve, id } = await given();
    const { blacklist } = shop.rt.peers;
    blacklist.blame(id, { reason: 'floods' });
    const forgiving = blacklist.forgive(id, { reason: 'a mistake' });
    expect(blacklist.list().length).toBe(1);
    await stage.until(forgiving);
    expect(blacklist.list()).toEqual([]);
    await stage.until(eve.rt.peers.connect(shop.url));
    expect(told(shop, 'peer.forgiv')).toEqual([
      ['peer.forgiving', id, { reason: 'a mistake' }],
      ['peer.forgiven', id, { reason: 'a mistake' }],
    ]);
    await stage.until(shop.rt.shutdown({ deadlineMs: 1_000 }));
    blacklist.blame(id, { reason: 'floods' });
    expect(await stage.refusal(blacklist.forgive(id))).toMatch(/^(RUNTIME_STOPPED|AUDIT_)/);
    expect(blacklist.list().length).toBe(1);
  });
});
