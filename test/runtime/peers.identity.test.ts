import { describe, expect, it } from 'vitest';
import { credentialsOf } from '../../actors/peer/wire/handshake.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { chainOf, Owner } from '../actors/peer/wire/continuity.fixture.ts';
import { type Listening, type Machine, PeersStage } from './peers-stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const read = { level: 'basic', effect: 'read' } as const;
/** So that days are soon over. */
const timeouts = { pingMs: 1_800_000, idleMs: 3_600_000 };
const keys = { overlapMs: DAY_MS };

async function given() {
  const stage = new PeersStage();
  const shop = await stage.listening({ timeouts, keys });
  const till = await stage.machine({ timeouts });
  shop.rt.peers.handle('price', read, () => 350);
  till.rt.peers.handle('name', read, () => 'till');
  const peer = await stage.until(till.rt.peers.connect(shop.url));
  await stage.clock.advanceAsync(1_000);
  return { stage, shop, till, peer };
}

const lives = ({ facts }: Machine): string[] =>
  facts.flatMap(({ type, subject }) =>
    /^peer\.(opened|ended|followed|banned)$/.test(type) ? [`${type} ${subject}`] : [],
  );
const idsAt = ({ rt }: Machine): string[] => rt.peers.list().map(({ id }) => id);

describe('a runtime whose identity rotates while peers are there', () => {
  it('is known by its new id at once, and nobody is cut off by it', async () => {
    const { stage, shop, till, peer } = await given();
    const { id: first } = shop.rt.peers;
    shop.rt.peers.handle('slow', read, async (_, { peer: asker }) => {
      await stage.until(shop.rt.keys.rotate('identity', { reason: 'a drill' }));
      return asker.id === till.rt.peers.id;
    });
    expect(await stage.until(peer.request('slow'))).toBe(true);
    await stage.clock.advanceAsync(1_000);
    const { id: second } = shop.rt.peers;
    expect(second).not.toBe(first);
    expect([peer.id, idsAt(till)]).toEqual([second, [second]]);
    expect([first, second].map((id) => till.rt.peers.find(id) === peer)).toEqual([true, true]);
    expect(await stage.until(peer.request('price'))).toBe(350);
    expect(lives(till)).toEqual([`peer.opened ${first}`]);
    expect(lives(shop)).toEqual([`peer.opened ${till.rt.peers.id}`]);
    expect([...till.rt.peers.usage().byPeer.keys()]).toEqual([second]);
  });

  it('is the same for those that come to it, and those that it dials', async () => {
    const { stage, shop, till } = await given();
    const { id: first } = till.rt.peers;
    await stage.until(shop.rt.peers.grant(first, { level: 'privileged' }));
    await stage.until(till.rt.keys.rotate('identity'));
    await stage.clock.advanceAsync(1_000);
    const { id: second } = till.rt.peers;
    expect(shop.rt.peers.list()).toMatchObject([{ id: second, level: 'privileged' }]);
    expect(await stage.until(shop.rt.peers.find(first)?.request('name') ?? Promise.reject())).toBe(
      'till',
    );
    expect(lives(shop)).toEqual([`peer.opened ${first}`, `peer.followed ${second}`]);
  });

  it('is who it is now to whoever comes later', async () => {
    const { stage, shop } = await given();
    const { id: first } = shop.rt.peers;
    await stage.until(shop.rt.keys.rotate('identity'));
    const late = await stage.machine({ timeouts });
    const peer = await stage.until(late.rt.peers.connect(shop.url, { identity: first }));
    expect(peer.id).toBe(shop.rt.peers.id);
  });

  it('is dialled anew once the overlap is over, and no request is lost', async () => {
    const { stage, shop, till, peer } = await given();
    const { id: first } = shop.rt.peers;
    await stage.until(shop.rt.keys.rotate('identity'));
    const answers: Promise<unknown>[] = [];
    for (let hours = 0; hours < 32; hours += 2) {
      answers.push(peer.request('price'));
      await stage.clock.advanceAsync(2 * HOUR_MS);
    }
    expect(await Promise.all(answers)).toEqual(answers.map(() => 350));
    const { id: second } = shop.rt.peers;
    expect(lives(till)).toEqual([
      ...[`peer.opened ${first}`, `peer.ended ${second}`, `peer.opened ${second}`],
    ]);
    expect([idsAt(till), idsAt(shop)]).toEqual([[second], [till.rt.peers.id]]);
  });

  it.each([0, 1, 6])(
    'is dialled anew at once after %i rotations and a revocation',
    async (many) => {
      const { stage, shop, till, peer } = await given();
      const { id: first } = shop.rt.peers;
      for (let nth = 0; nth < many; nth++) await stage.until(shop.rt.keys.rotate('identity'));
      await stage.until(shop.rt.keys.revoke('identity'));
      await stage.clock.advanceAsync(10_000);
      const { id: last } = shop.rt.peers;
      expect(lives(till).at(0)).toBe(`peer.opened ${first}`);
      expect(lives(till).at(-1)).toBe(`peer.opened ${last}`);
      expect([idsAt(till), await stage.until(peer.request('price'))]).toEqual([[last], 350]);
    },
  );

  it('tells of a rotation later, if it rotated often just before', async () => {
    const { stage, shop, till } = await given();
    const { id: first } = shop.rt.peers;
    for (let nth = 0; nth < 7; nth++) await stage.until(shop.rt.keys.rotate('identity'));
    await stage.clock.advanceAsync(10_000);
    expect(till.rt.peers.find(shop.rt.peers.id)).toBeUndefined();
    await stage.clock.advanceAsync(130_000);
    expect(till.rt.peers.find(first)?.id).toBe(shop.rt.peers.id);
    expect(idsAt(till)).toEqual([shop.rt.peers.id]);
  });

  it('lets go whoever is told of a revocation and stays', async () => {
    const { stage, shop, till } = await given();
    const host = stage.network.host('10.9.0.1');
    const deaf = await stage.until(RawPeer.dial(host, shop.url, selfOf(31)));
    deaf.answerPings();
    await stage.clock.advanceAsync(1_000);
    expect(idsAt(shop)).toEqual([till.rt.peers.id, deaf.id]);
    await stage.until(shop.rt.keys.revoke('identity'));
    await stage.clock.advanceAsync(60_000);
    expect(idsAt(shop)).toEqual([till.rt.peers.id]);
  });

  it('is reached through others by its old id as by its new one', async () => {
    const { stage, shop, till } = await given();
    const other = await stage.machine({ timeouts });
    other.rt.peers.handle('name', read, () => 'other');
    await stage.until(other.rt.peers.connect(shop.url));
    await stage.until(shop.rt.peers.grant(till.rt.peers.id, { level: 'verified' }));
    const { id: first } = other.rt.peers;
    await stage.until(other.rt.keys.rotate('identity'));
    await stage.clock.advanceAsync(1_000);
    const reached = await stage.until(till.rt.peers.connect(first));
    expect(await stage.until(reached.request('name'))).toBe('other');
    expect(reached.id).toBe(other.rt.peers.id);
  });
});

describe('whoever says in the channel that it has another key', () => {
  const owner = new Owner(primitives, [31, 32, 33]);
  const thief = new Owner(primitives, [31, 42, 43]);

  async function come(shop: Listening, stage: PeersStage): Promise<RawPeer> {
    const self = selfOf(31);
    const credentials = credentialsOf(owner.key(0), self.credentials.staticKey);
    const host = stage.network.host('10.9.0.1');
    const peer = await stage.until(RawPeer.dial(host, shop.url, { ...self, credentials }));
    await stage.clock.advanceAsync(1_000);
    peer.answerPings();
    return peer;
  }

  const tell = (peer: RawPeer, id: number, part: Uint8Array): void => {
    const rest = { timeoutMs: 1_000, encoding: 'bytes', size: part.length, part } as const;
    peer.say({ kind: 'request', id, name: 'holdfast.rotated', ...rest });
  };

  it.each([
    ['a key that was not committed to', chainOf(owner.record(0), thief.record(1))],
    ['half a record', chainOf(owner.record(0)).subarray(1)],
    ['nothing', new Uint8Array()],
  ])('and shows %s breaks the rules', async (_, chain) => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const peer = await come(shop, stage);
    tell(peer, 1, chain);
    await stage.clock.advanceAsync(1_000);
    expect(lives(shop)).toEqual([
      ...[`peer.opened ${peer.id}`, `peer.banned ${peer.id}`, `peer.ended ${peer.id}`],
    ]);
  });

  it('and shows a record of another peer is not heeded', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const peer = await come(shop, stage);
    const other = new Owner(primitives, [51, 52]);
    tell(peer, 1, chainOf(...other.records(0, 1)));
    await stage.clock.advanceAsync(1_000);
    expect([lives(shop), idsAt(shop)]).toEqual([[`peer.opened ${peer.id}`], [peer.id]]);
  });

  it('and does so again and again is refused, and nothing more is verified', async () => {
    const stage = new PeersStage();
    const shop = await stage.listening({ timeouts });
    const peer = await come(shop, stage);
    for (let id = 1; id <= 11; id += 2) tell(peer, id, chainOf(owner.record(0)));
    await stage.clock.advanceAsync(1_000);
    const answers = peer.frames.flatMap((frame) =>
      frame.kind === 'error' ? [frame.code] : frame.kind === 'response' ? ['heard'] : [],
    );
    expect(answers).toEqual([
      ...['heard', 'heard', 'heard', 'heard', 'RATE_LIMITED', 'RATE_LIMITED'],
    ]);
  });
});
