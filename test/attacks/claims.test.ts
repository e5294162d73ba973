import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Ledger } from '../../actors/peer/ledger.ts';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import type { RawPeer } from '../actors/peer/raw-peer.ts';
import { frame, upgrade } from '../runtime/world/web.fixture.ts';
import { Arena, type Attacked } from './arena.ts';

const anybody = { level: 'basic', effect: 'read' } as const;
const one = new Uint8Array(1);

/** The beginning of a request that claims to have `size` bytes. */
const claim = (nth: number, size: number, part = one): Frame => ({
  ...{ kind: 'request', id: 1 + 2 * nth, timeoutMs: 60_000, encoding: 'bytes' },
  ...{ size, name: 'put', part },
});

/** What it was let go for. */
async function blamed(
  arena: Arena,
  { facts }: Attacked,
  peer: RawPeer,
  others = 0,
): Promise<unknown> {
  await arena.untilSo(() => peer.end !== undefined && arena.kept.all().peers === others);
  const ended = facts.find(({ type, subject }) => type === 'peer.ended' && subject === peer.id);
  return Reflect.get(Object(ended?.data), 'because');
}

describe('a runtime, attacked by claims,', () => {
  it('T26: keeps no memory for a size that was only claimed', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    shop.rt.peers.handle('put', anybody, () => null);
    const peer = await arena.raw(shop, '127.1.1.1');
    const three = new Uint8Array(3);
    const most = Array.from({ length: 8 }, (_, n) => claim(1 + n, 262_144, three));
    peer.say(claim(0, 10_485_760, three), ...most);
    await arena.untilSo(() => arena.kept.heldBytes > 0);
    await arena.pass(1_000);
    // Each takes a third more than came of it.
    expect([peer.isLive, arena.kept.heldBytes]).toEqual([true, 9 * 4]);
    peer.say(claim(9, 2));
    expect(await blamed(arena, shop, peer)).toBe('underWay');
    expect(arena.kept.heldBytes).toBe(0);
  });

  it('T26: takes nothing large for the methods that anybody may ask', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const peer = await arena.raw(shop, '127.1.1.1');
    const names = ['prove', 'relay', 'accept', 'hangUp'].map((name) => `holdfast.${name}`);
    peer.say(...names.map((name, nth) => ({ ...claim(nth, 1_025), name })));
    await arena.untilSo(() => peer.frames.filter(({ kind }) => kind === 'error').length === 4);
    const codes = peer.frames.map((frame) => ('code' in frame ? frame.code : frame.kind));
    expect(codes.filter((code) => code === 'PAYLOAD_INVALID')).toHaveLength(4);
    expect([peer.isLive, arena.kept.heldBytes]).toEqual([true, 0]);
  });

  it('T26: holds what was claimed and never comes no longer than it may take', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    shop.rt.peers.handle('put', anybody, () => null);
    const peer = await arena.raw(shop, '127.1.1.1');
    peer.say(claim(0, 10_485_760));
    await arena.untilSo(() => arena.kept.heldBytes === 1);
    await arena.pass(60_100);
    expect([peer.isLive, arena.kept.heldBytes]).toEqual([true, 0]);
    expect(peer.frames.at(-1)).toMatchObject({ kind: 'error', code: 'REQUEST_TIMEOUT' });
  });

  it('T26: lets go of whoever holds the most, once there is little room for all', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    shop.rt.peers.handle('put', anybody, () => 'put');
    const hoarder = await arena.raw(shop, '127.1.1.1');
    hoarder.say(claim(0, 10_485_760, new Uint8Array(60_000)));
    await arena.untilSo(() => arena.kept.heldBytes === 80_000);
    const other = await arena.raw(shop, '127.1.2.1', 3);
    const crowded = vi.spyOn(Ledger.prototype, 'isCrowded', 'get');
    // Seen twice as it holds request and answer, and once as room is made.
    for (let nth = 0; nth < 3; nth++) crowded.mockReturnValueOnce(true);
    onTestFinished(() => crowded.mockRestore());
    other.say(claim(0, 1));
    expect(await blamed(arena, shop, hoarder, 1)).toBe('it holds the most');
    await arena.untilSo(() => other.frames.some(({ kind }) => kind === 'response'));
    expect([other.isLive, arena.kept.heldBytes]).toEqual([true, 0]);
  });

  it('T26: has 256 requests of a peer open, and no more', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    let calls = 0;
    shop.rt.peers.handle('put', anybody, () => {
      calls += 1;
      return new Promise(() => {});
    });
    const peer = await arena.raw(shop, '127.1.1.1');
    peer.say(...Array.from({ length: 256 }, (_, nth) => claim(nth, 1)));
    await arena.untilSo(() => calls === 256);
    peer.say(claim(256, 1));
    expect(await blamed(arena, shop, peer)).toBe('open');
    expect(calls).toBe(256);
  });

  it('T26: works on 256 of them at once, however many were given up', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    let calls = 0;
    shop.rt.peers.handle('put', anybody, () => {
      calls += 1;
      return new Promise(() => {});
    });
    const peer = await arena.raw(shop, '127.1.1.1');
    for (let nth = 0; nth < 400; nth++) {
      peer.say(claim(nth, 1), { kind: 'cancel', id: 1 + 2 * nth });
    }
    await arena.pass(1_000);
    expect([peer.isLive, calls]).toEqual([true, 256]);
  });

  it('T26: lets go of whoever claims more than a message may have, before it came', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const liar = arena.stranger(shop, '127.1.1.1').say(upgrade());
    await arena.untilSo(() => liar.heard.endsWith('\r\n\r\n'));
    const head = frame(0x82, new Uint8Array(126)).subarray(0, 10);
    head.fill(0xff, 4, 10);
    const before = liar.heard;
    liar.say(head);
    await arena.untilSo(() => liar.isOver);
    expect([liar.heard, arena.kept.halfOpen]).toEqual([before, 0]);
  });
});
