import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  canonicalAddress,
  facesOf,
  netgroupOf,
  siteOf,
  wideGroupOf,
} from '../../../actors/peer/address.ts';
import fc from '../../fast-check.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['0000:0000:0000:0000:0000:ffff:c000:0201', '192.0.2.1'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['::ffff:0.0.0.0', '0.0.0.0'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::ffff:0:192.0.2.1', '::ffff:0:c000:201'],
    ['192.0.2.01', undefined],
    ['192.0.2.1:80', undefined],
    ['192.0.2.1%eth0', undefined],
    ['192.0.2', undefined],
    ['3221225985', undefined],
    [' 192.0.2.1', undefined],
    ['192.0.2.1\0', undefined],
    ['fe80::1%', undefined],
    ['fe80::1% \n', undefined],
    ['::ffff:192.0.2.256', undefined],
    ['1::2::3', undefined],
    ['[::1]', undefined],
    ['unknown', undefined],
    ['', undefined],
  ])('%j is known as %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it.each([
    ['192.0.2.1', '00000000000000000000ffffc0000201'],
    ['0.0.0.0', '00000000000000000000ffff00000000'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['::1.2.3.4', '00000000000000000000000001020304'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['2001:db8::ff:0:1', '20010db800000000000000ff00000001'],
  ])('%s has the bytes %s', (address, bytes) => {
    expect(hex(addressBytes(address))).toBe(bytes);
  });

  it('has the same bytes and the same text, however its 16 bytes are written', () => {
    const sparse = fc.constantFrom(0, 0, 0, 1, 0xff, 0xab);
    const parts = fc.array(sparse, { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(parts, fc.boolean(), (bytes, isMapped) => {
        if (isMapped) bytes.splice(0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
        const whole = hex(Uint8Array.from(bytes));
        const long = whole.replace(/(....)(?=.)/g, '$1:');
        const dotted = `${long.slice(0, 29)}:${bytes.slice(12).join('.')}`;
        const texts = [long, long.toUpperCase(), dotted, `${long}%9`].map(canonicalAddress);
        expect(new Set(texts).size).toBe(1);
        expect(hex(addressBytes(texts[0] ?? ''))).toBe(whole);
        expect(canonicalAddress(texts[0] ?? '')).toBe(texts[0]);
      }),
    );
  });

  it.each([
    ['198.51.100.77', '198.51.100.0/24', '198.51.100.0/24', '198.51.0.0/16'],
    ['255.255.255.255', '255.255.255.0/24', '255.255.255.0/24', '255.255.0.0/16'],
    ['::1', '::/64', '::/48', '::/32'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48', '2001:db8::/32'],
    ['2001:db8::1:0:0:1', '2001:db8::/64', '2001:db8::/48', '2001:db8::/32'],
    ['0:0:0:1::1', '0:0:0:1::/64', '::/48', '::/32'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64', '2001:db8::/48', '2001:db8::/32'],
  ])('%s is of the netgroup %s, the site %s, and %s', (address, netgroup, site, wide) => {
    expect([netgroupOf(address), siteOf(address), wideGroupOf(address)]).toEqual([
      netgroup,
      site,
      wide,
    ]);
  });

  it.each([
    ['2002:cb00:7107::', '203.0.113.7'],
    ['2002:cb00:7107:ffff:1:2:3:4', '203.0.113.7'],
    ['2001:0:4136:e378:8000:63bf:34ff:8ef8', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['::203.0.113.7', '203.0.113.7'],
    ['::ffff:0:203.0.113.7', '203.0.113.7'],
    ['fe80::5efe:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:200:5efe:203.0.113.7', '203.0.113.7'],
    ['2002:c000:242:7:0:5efe:203.0.113.7', '192.0.2.66', '203.0.113.7'],
    ['64:ff9b:1:cb00:71:700::', '203.0.113.7', '113.7.0.0'],
    ['64:ff9b:1:fecb:0:7107::', '254.203.0.113', '203.0.113.7'],
    ['64:ff9b:1:0:cb:71:700:0', '203.0.113.7', '7.0.0.0'],
    [
      '64:ff9b:1:fedc:ba::203.0.113.7',
      '254.220.186.0',
      '220.186.0.0',
      '186.0.0.203',
      '203.0.113.7',
    ],
    ['::2', undefined],
    ['64:ff9b::0.203.0.113', undefined],
    ['::', undefined],
    ['::1', undefined],
    ['203.0.113.7', undefined],
    ['::ffff:203.0.113.7', undefined],
    ['2003:cb00:7107::', undefined],
    ['2001:1::34ff:8ef8', undefined],
    ['64:ff9b:2::203.0.113.7', undefined],
    ['64:ff9b::1:203.0.113.7', undefined],
    ['2001:db8::100:5efe:203.0.113.7', undefined],
    ['2001:db8::5eff:203.0.113.7', undefined],
    ['2001:db8::1:5efe:203.0.113.7', undefined],
    ['2001:db8:0:200:5efe:cb00:7107:0', undefined],
    ['::1:203.0.113.7', undefined],
    ['2001:db8::203.0.113.7', undefined],
  ])('%s carries the IPv4 address %s', (text, ...carried) => {
    const address = canonicalAddress(text) ?? '';
    expect(facesOf(address)).toEqual([address, ...carried.filter((face) => face !== undefined)]);
  });

  it('T22: is of one netgroup with all others of its /64 that one host goes through', () => {
    const hosts = Array.from({ length: 4_096 }, (_, host) => `2001:db8:7:9::${host.toString(16)}`);
    expect(new Set(hosts.map(netgroupOf))).toEqual(new Set(['2001:db8:7:9::/64']));
    const sites = Array.from({ length: 4_096 }, (_, net) => `2001:db8:7:${net.toString(16)}::1`);
    expect(new Set(sites.map(siteOf))).toEqual(new Set(['2001:db8:7::/48']));
  });
});
