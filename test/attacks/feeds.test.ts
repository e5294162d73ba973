import { expect, it } from 'vitest';
import type { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { mmdbOf } from '../runtime/mmdb.ts';
import { REFUSED, upgrade } from '../runtime/world/web.fixture.ts';
import { Arena, type Attacked } from './arena.ts';

const PROXY = '127.9.0.1';
const PATH = '/drop.txt';
/** Addresses of IPv6 that carry 203.0.113.7, or 8.8.8.8. */
const carrying = {
  listed: [
    ...['2002:cb00:7107::1', '2002:CB00:7107:ffff::1', '64:ff9b::203.0.113.7', '::203.0.113.7'],
    ...['2001:0:4136:e378:8000:63bf:34ff:8ef8', '::ffff:0:cb00:7107'],
    ...['64:ff9b:1:cb00:71:700::', '64:ff9b:1:cb:0:7107::', '64:ff9b:1:0:cb:71:700::'],
    ...['64:ff9b:1:7:0:9:203.0.113.7', 'fe80::5efe:203.0.113.7', '2001:db8::200:5efe:cb00:7107'],
  ],
  denied: [
    ...['2002:808:808::1', '64:ff9b::8.8.8.8', '::8.8.8.8', '::ffff:0:8.8.8.8'],
    ...['2001:0:4136:e378:8000:63bf:f7f7:f7f7', '2001:db8::5efe:8.8.8.8'],
    ...['64:ff9b:1:808:8:800::', '64:ff9b:1::8.8.8.8'],
  ],
};
const feed = [
  ...['; DROP', '203.0.113.0/24 ; SBL1', '2001:db8:5:6::77 ; SBL2', '127.66.0.0/16', ''],
].join('\n');

async function listedShop(arena: Arena) {
  const network = { trustedProxies: [PROXY], feeds: [PATH], feedsEveryMs: 1_000 };
  const shop = await arena.listening({ network });
  const files: Pick<MemoryFiles, 'create'> = shop.world.files;
  await files.create(PATH, Buffer.from(feed));
  await arena.pass(3_000);
  return shop;
}

/** What whoever comes through the proxy is told, saying that it comes from elsewhere. */
async function told(arena: Arena, shop: Attacked, address: string, forwardedFor: string) {
  const stranger = arena.stranger(shop, address);
  stranger.say(upgrade({ 'X-Forwarded-For': forwardedFor }));
  await arena.untilSo(() => stranger.isOver || stranger.heard.endsWith('\r\n\r\n'));
  return stranger.heard.startsWith('HTTP/1.1 101 ') ? 'welcome' : stranger.heard;
}

it('T23: whoever a feed lists gets in by no spelling of its address', async () => {
  const arena = new Arena();
  const shop = await listedShop(arena);
  const spellings = [
    ...['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:cb00:7107', '0:0:0:0:0:ffff:203.0.113.7'],
    ...['2001:db8:5:6::77', '2001:0DB8:0005:0006:0000:0000:0000:0077', '2001:db8:5:6::77%eth0'],
    ...carrying.listed,
  ];
  for (const spelling of spellings) {
    expect([spelling, await told(arena, shop, PROXY, spelling)]).toEqual([spelling, REFUSED]);
  }
  // Before it has said a word.
  expect(await told(arena, shop, '127.66.1.1', '198.51.100.1')).toBe('');
  expect(await told(arena, shop, PROXY, '198.51.100.1')).toBe('welcome');
});

it('T22: whoever hops through the /64 of an address that a feed lists stays out', async () => {
  const arena = new Arena();
  const shop = await listedShop(arena);
  for (const hop of [':1', ':78', ':ffff:ffff', '1:2:3:4']) {
    const address = `2001:db8:5:6:${hop}`;
    expect([address, await told(arena, shop, PROXY, address)]).toEqual([address, REFUSED]);
  }
  expect(await told(arena, shop, PROXY, '2001:db8:5:7::77')).toBe('welcome');
  await arena.pass(60_000);
  const refused = shop.facts.find(({ type }) => type === 'peer.refused');
  expect(refused?.data).toEqual({
    netgroup: '2001:db8:5:6::/64',
    counts: { 'link.lost': 4, listed: 4 },
    lines: [{ path: PATH, line: 3, cidr: '2001:db8:5:6::/64' }],
  });
});

it('T23: whoever comes from a country that is denied gets in by no spelling', async () => {
  const arena = new Arena();
  const geo = { file: '/geo.mmdb', deny: ['RU'] };
  const network = { trustedProxies: [PROXY], geo, feedsEveryMs: 1_000 };
  const shop = await arena.listening({ network });
  const files: Pick<MemoryFiles, 'create'> = shop.world.files;
  const countries = { '8.8.8.0/24': 'RU', '2001:db8:5:6::/64': 'RU', '9.9.9.0/24': 'DE' };
  await files.create('/geo.mmdb', mmdbOf(countries));
  await arena.pass(3_000);
  const spellings = [
    ...['8.8.8.8', '::ffff:8.8.8.8', '::FFFF:0808:0808', '0:0:0:0:0:ffff:808:808'],
    ...['2001:db8:5:6::1', '2001:0DB8:5:6:ffff::%eth0'],
    ...carrying.denied,
  ];
  for (const spelling of spellings) {
    expect([spelling, await told(arena, shop, PROXY, spelling)]).toEqual([spelling, REFUSED]);
  }
  expect(await told(arena, shop, PROXY, '9.9.9.9')).toBe('welcome');
  expect(await told(arena, shop, PROXY, '::ffff:198.51.100.1')).toBe('welcome');
});
