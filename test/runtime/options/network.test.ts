import { expect, it } from 'vitest';
import { networkOptions } from '../../../runtime/options/network.ts';
import { readOptions } from '../../../runtime/options/read.ts';

it('the network of a runtime trusts no proxy, exempts loopback, and lists nobody', () => {
  expect(readOptions(networkOptions, 'network', {})).toEqual({
    name: '',
    requirePQ: false,
    trustedProxies: [],
    relayLevel: 'verified',
    exempt: ['127.0.0.0/8', '::1'],
    allow: [],
    deny: [],
    feeds: [],
    feedsEveryMs: 60_000,
    feedPrefixesMax: 1_000_000,
  });
});

it('the network of a runtime may ask zones', () => {
  const read = (dnsbl: unknown) => readOptions(networkOptions, 'network', { dnsbl }).dnsbl;
  expect(read({ zones: ['zen.example.org'] })).toEqual({
    ...{ zones: ['zen.example.org'], servers: [], deadlineMs: 2_000 },
  });
  for (const zones of [
    [],
    ['org'],
    ['a b.org'],
    ['.org'],
    ['-a.org'],
    [`${'a'.repeat(180)}.org`],
  ]) {
    expect(() => read({ zones })).toThrow('must be a list of 1 to 8 names of zones');
  }
  const zones = ['zen.example.org'];
  const servers = ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:5353'];
  expect(read({ zones, servers })?.servers).toEqual(servers);
  for (const server of [
    '',
    'ns.example.org',
    '192.0.2.53:0',
    '192.0.2.53:65536',
    '[192.0.2.53]:53',
  ]) {
    expect(() => read({ zones, servers: [server] })).toThrow(
      'must be a list of at most 8 addresses',
    );
  }
});

it('the network of a runtime may know countries, by two capitals', () => {
  const read = (geo: unknown) => readOptions(networkOptions, 'network', { geo }).geo;
  expect(read({ file: '/geo.mmdb' })).toEqual({ file: '/geo.mmdb', allow: [], deny: [] });
  expect(() => read({ file: '/geo.mmdb', deny: ['ru'] })).toThrow(
    'must be a list of countries, two capitals each, as in DE',
  );
});

it('the network of a runtime has a name of at most 64 bytes', () => {
  expect(readOptions(networkOptions, 'network', { name: 'ä'.repeat(32) }).name).toHaveLength(32);
  expect(() => readOptions(networkOptions, 'network', { name: 'ä'.repeat(33) })).toThrow(
    'network.name must be a string of at most 64 bytes',
  );
});

it('the network of a runtime requires post-quantum suites, or does not', () => {
  expect(readOptions(networkOptions, 'network', { requirePQ: true }).requirePQ).toBe(true);
  expect(() => readOptions(networkOptions, 'network', { requirePQ: 'yes' })).toThrow(
    'network.requirePQ must be true or false',
  );
});
