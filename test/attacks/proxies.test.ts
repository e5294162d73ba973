import { expect, it } from 'vitest';
import { REFUSED, upgrade } from '../runtime/world/web.fixture.ts';
import { Arena, type Attacked } from './arena.ts';

const PROXY = '127.9.0.1';

/** What whoever comes from `address` is told, saying that it comes from elsewhere. */
async function told(arena: Arena, shop: Attacked, address: string, forwardedFor: string) {
  const stranger = arena.stranger(shop, address);
  stranger.say(upgrade({ 'X-Forwarded-For': forwardedFor }));
  await arena.untilSo(() => stranger.isOver || stranger.heard.endsWith('\r\n\r\n'));
  return stranger.heard.startsWith('HTTP/1.1 101 ') ? 'welcome' : stranger.heard;
}

const options = {
  network: { trustedProxies: [PROXY], deny: ['203.0.113.0/24', '127.66.0.0/16'] },
};

it('T23: whoever is denied gets in by no spelling, and no proxy but a trusted one', async () => {
  const arena = new Arena();
  const shop = await arena.listening(options);
  const denied = [
    [PROXY, '203.0.113.7'],
    [PROXY, '::ffff:203.0.113.7'],
    [PROXY, '::FFFF:cb00:7107'],
    [PROXY, '2002:cb00:7107::1'],
    [PROXY, '64:ff9b::203.0.113.7'],
    [PROXY, '2001:0:4136:e378:8000:63bf:34ff:8ef8'],
    [PROXY, '198.51.100.1, 203.0.113.7'],
    [PROXY, `203.0.113.7, ${PROXY}`],
  ] as const;
  for (const [address, hops] of denied) {
    expect([hops, await told(arena, shop, address, hops)]).toEqual([hops, REFUSED]);
  }
  // Before it has said a word.
  expect(await told(arena, shop, '127.66.1.1', '198.51.100.1')).toBe('');
  expect(await told(arena, shop, PROXY, '203.0.113.7, 198.51.100.1')).toBe('welcome');
  expect(await told(arena, shop, '127.5.5.5', '203.0.113.7')).toBe('welcome');
});

it('T23: who lies about where it comes from has nobody else pay for it', async () => {
  const arena = new Arena();
  const shop = await arena.listening(options);
  for (let nth = 0; nth < 12; nth++) {
    const liar = arena.stranger(shop, '127.5.5.5');
    liar.say(upgrade({ 'X-Forwarded-For': '198.51.100.1' }));
    await arena.untilSo(() => liar.isOver || liar.heard.endsWith('\r\n\r\n'));
    liar.say(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 9, 9));
    await arena.untilSo(() => liar.isOver);
  }
  expect(await told(arena, shop, '127.5.5.5', '198.51.100.1')).toBe('');
  expect(await told(arena, shop, PROXY, '198.51.100.1')).toBe('welcome');
  await arena.pass(60_000);
  const refused = shop.facts.filter(({ type }) => type === 'peer.refused');
  expect(refused.map(({ data }) => data)).toEqual([
    { netgroup: '127.5.5.0/24', counts: { 'link.violated': 11, misbehaved: 2 } },
    { netgroup: '198.51.100.0/24', counts: { 'handshake.timedOut': 1 } },
  ]);
});
