import { describe, expect, it, onTestFinished } from 'vitest';
import { network } from '../../runtime/world/network.ts';
import { RawPeer, selfOf } from '../actors/peer/raw-peer.ts';
import { frame, Stranger, upgrade } from '../runtime/world/web.fixture.ts';
import { Arena, nothing } from './arena.ts';
import { bareWs } from './bare-ws.ts';
import { dialFrom } from './dial-from.ts';

/** As different as can be: each of a netgroup of its own. */
const apart = (nth: number): string => `127.${1 + (nth >> 8)}.${nth & 255}.1`;

describe('a runtime, attacked by those who say nothing,', () => {
  it('T07: lets go of 300 silent sockets once their time is over, and of none else', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const honest = await arena.raw(shop, '127.200.0.1');
    const silent = Array.from({ length: 300 }, (_, nth) => arena.stranger(shop, apart(nth)));
    await arena.untilSo(() => silent.filter(({ isOver }) => isOver).length === 44);
    expect(arena.kept.halfOpen).toBe(256);
    await arena.pass(9_999);
    expect(silent.filter(({ isOver }) => isOver).length).toBe(44);
    await arena.pass(1);
    await arena.untilSo(() => silent.every(({ isOver }) => isOver));
    expect([arena.kept.halfOpen, honest.isLive]).toEqual([0, true]);
    expect(silent.every(({ heard }) => heard === '')).toBe(true);
  });

  it('T10: is not kept waiting by headers that come byte by byte', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const rival = await bareWs();
    const [slow, other] = [arena.stranger(shop, '127.1.1.1'), new Stranger(rival.port)];
    const say = (text: string): void => {
      for (const one of [slow, other]) one.say(text);
    };
    say('GET /holdfast HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    await arena.untilSo(() => arena.kept.halfOpen === 1);
    for (let second = 0; second < 9; second++) {
      await arena.pass(1_000);
      say('a');
    }
    expect(slow.isOver).toBe(false);
    await arena.pass(1_000);
    expect(await slow.told()).toBe('');
    expect([other.isOver, arena.kept.halfOpen]).toEqual([false, 0]);
  });

  it('T11: takes no byte every nine seconds for a sign of life', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const rival = await bareWs();
    const slow = arena.stranger(shop, '127.1.1.1').say(upgrade());
    const other = new Stranger(rival.port).say(
      upgrade({ 'Sec-WebSocket-Protocol': undefined }, 'GET / HTTP/1.1'),
    );
    for (const one of [slow, other]) await arena.untilSo(() => one.heard.endsWith('\r\n\r\n'));
    const hello = frame(0x82, new Uint8Array(37).fill(1));
    const greeting = slow.heard;
    for (const one of [slow, other]) one.say(hello.subarray(0, 7));
    await arena.pass(9_000);
    for (const one of [slow, other]) one.say(hello.subarray(7, 8));
    await arena.pass(1_000);
    expect(await slow.told()).toBe(greeting);
    expect([other.isOver, rival.carriers.clients.size]).toEqual([false, 1]);
    expect(arena.kept.all()).toMatchObject({ halfOpen: 0, accounts: 0, blamed: 2 });
  });

  it('T11: takes no message of a handshake for one either', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const shaken: Uint8Array[] = [];
    const slow = await arena.until(
      RawPeer.dial(dialFrom('127.1.1.1'), shop.url, selfOf(2), (message) => {
        shaken.push(message);
        return undefined;
      }),
    );
    await arena.untilSo(() => shaken.length === 1);
    await arena.pass(9_000);
    for (const hello of shaken.slice()) slow.link?.send(hello);
    await arena.pass(999);
    // It was answered, and says no more.
    expect([slow.end, shaken.length]).toEqual([undefined, 3]);
    await arena.pass(1);
    await arena.untilSo(() => slow.end !== undefined);
    expect(shop.facts.map(({ type }) => type)).not.toContain('peer.opened');
  });

  it('T14: lets go of a live one that is not there any more, whichever side dialled', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const gone = await arena.raw(shop, '127.1.1.1', 2);
    gone.onFrame = () => {};
    const dialled = new RawPeer(selfOf(3), 'responder');
    const place = { host: '127.0.0.1', port: 0, trustedProxies: [] };
    const listener = await network.listen(
      place,
      RawPeer.door(() => dialled),
    );
    onTestFinished(() => {
      listener.close();
      dialled.link?.drop();
    });
    const peer = await arena.until(shop.rt.peers.connect(listener.url));
    expect([peer.id, peer.isConnected]).toEqual([dialled.id, true]);
    listener.close();
    await arena.pass(49_000);
    expect([gone.isLive, dialled.isLive]).toEqual([true, true]);
    await arena.pass(12_000);
    await arena.untilSo(() => gone.end !== undefined && dialled.end !== undefined);
    expect([peer.isConnected, arena.kept.all().peers]).toEqual([false, 0]);
  });
});

describe('after an attack', () => {
  it('nothing is kept of whoever came, once it is forgiven', async () => {
    const arena = new Arena();
    const shop = await arena.listening();
    const silent = Array.from({ length: 100 }, (_, nth) => arena.stranger(shop, apart(nth)));
    await arena.untilSo(() => arena.kept.halfOpen === 100);
    const peer = await arena.raw(shop, '127.200.0.1');
    await arena.pass(10_000);
    await arena.untilSo(() => silent.every(({ isOver }) => isOver));
    expect(arena.kept.all()).toMatchObject({ peers: 1, accounts: 1, halfOpen: 0, blamed: 200 });
    peer.link?.drop();
    await arena.untilSo(() => arena.kept.all().peers === 0);
    await arena.pass(3_700_000);
    expect([arena.kept.all(), arena.clock.pending]).toEqual([nothing, 0]);
  });
});
