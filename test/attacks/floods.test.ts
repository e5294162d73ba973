import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../actors/peer/wire/frame.ts';
import { Stranger, upgrade } from '../runtime/world/web.fixture.ts';
import { Arena } from './arena.ts';
import { bareWs } from './bare-ws.ts';

const MIB = 1_048_576;
const anybody = { level: 'basic', effect: 'read' } as const;
const nothing = new Uint8Array();

const ask = (nth: number, name: string, timeoutMs = 60_000): Frame => ({
  ...{ kind: 'request', id: 1 + 2 * nth, timeoutMs, encoding: 'nothing' },
  ...{ size: 0, name, part: nothing },
});

describe('a peer that is not read, for it sends too much,', () => {
  it('T13: is not taken for one that is not there, and gets its answer', async () => {
    const arena = new Arena();
    const limits = { peerBytesPerSecond: 65_536, peerBytesBurst: MIB };
    const shop = await arena.listening({ limits });
    shop.rt.peers.handle('put', anybody, (bytes) => Reflect.get(Object(bytes), 'length'));
    const till = await arena.machine({}, '127.1.1.1');
    const peer = await arena.until(till.rt.peers.connect(shop.url));
    const startMs = arena.clock.monotonicMs();
    const sent = peer.request('put', new Uint8Array(8 * MIB), { timeoutMs: 600_000 });
    expect(await arena.until(sent)).toBe(8 * MIB);
    expect(arena.clock.monotonicMs() - startMs > 100_000).toBe(true);
    const ended = [...shop.facts, ...till.facts].filter(({ type }) => type === 'peer.ended');
    const back = shop.rt.peers.find(till.rt.peers.id);
    expect([ended, (back?.trust ?? 0) >= 50, peer.trust >= 50]).toEqual([[], true, true]);
  });
});

describe('a runtime, attacked by who takes nothing in,', () => {
  it('T12: makes no more of 64 endless answers than fits, and lets go of it', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    let made = 0;
    let left = 0;
    shop.rt.peers.handle('watch', anybody, async function* () {
      try {
        for (;;) {
          made += 1;
          yield new Uint8Array(65_536);
        }
      } finally {
        left += 1;
      }
    });
    const peer = await arena.raw(shop, '127.1.1.1');
    peer.link?.pause();
    peer.say(...Array.from({ length: 64 }, (_, nth) => ask(nth, 'watch', 3_600_000)));
    await arena.untilSo(() => made > 0);
    await arena.pass(20_000);
    const madeSoFar = made;
    await arena.pass(20_000);
    expect([made, made * 65_536 <= 20 * MIB]).toEqual([madeSoFar, true]);
    expect(arena.kept.heldBytes <= 16 * MIB).toBe(true);
    await arena.pass(30_000);
    await arena.untilSo(() => arena.kept.all().peers === 0);
    await arena.untilSo(() => left === 64);
    expect(arena.kept.all()).toMatchObject({ accounts: 0, heldBytes: 0 });
  });

  it('T12: gives up whatever it was asked, once it is let go', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const peer = await arena.raw(shop, '127.1.1.1');
    peer.link?.pause();
    const to = shop.rt.peers.find(peer.id);
    const codes = new Map<unknown, number>();
    for (let nth = 0; nth < 200; nth++) {
      to?.request('put', new Uint8Array(1_000_000), { timeoutMs: 3_600_000 }).catch((error) => {
        const code: unknown = Reflect.get(Object(error), 'code');
        codes.set(code, (codes.get(code) ?? 0) + 1);
      });
    }
    await arena.pass(90_000);
    await arena.untilSo(() => arena.kept.all().peers === 0);
    await arena.pass(0);
    expect(codes).toEqual(new Map([['PEER_LOST', 200]]));
  });

  it('T12: bare ws keeps all of it', async () => {
    const { carriers, port } = await bareWs();
    const deaf = new Stranger(port).say(upgrade({ 'Sec-WebSocket-Protocol': undefined }));
    deaf.socket.pause();
    const [carrier] = await once(carriers, 'connection');
    for (let nth = 0; nth < 64; nth++) carrier.send(new Uint8Array(MIB));
    expect(carrier.bufferedAmount > 48 * MIB).toBe(true);
  });
});
