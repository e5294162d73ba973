import { describe, expect, it } from 'vitest';
import { Proxies } from '../../../runtime/world/remote.ts';

describe('trusted proxies', () => {
  const proxies = new Proxies(['10.0.0.0/8', '2001:db8::/32', '::ffff:172.16.0.0/108', '::1']);
  const origin = (address: string, forwardedFor: string) =>
    proxies.origin({ address, port: 9 }, forwardedFor);

  it.each([
    ['198.51.100.1', '203.0.113.1', { address: '198.51.100.1', port: 9 }],
    ['10.1.1.1', '203.0.113.1', { address: '203.0.113.1', port: 0 }],
    ['::1', '203.0.113.1', { address: '203.0.113.1', port: 0 }],
    ['172.17.0.1', ' 203.0.113.1 ', { address: '203.0.113.1', port: 0 }],
    ['172.32.0.1', '203.0.113.1', { address: '172.32.0.1', port: 9 }],
    ['10.1.1.1', '1.1.1.1, 203.0.113.1,2001:DB8::0:5', { address: '203.0.113.1', port: 0 }],
    ['10.1.1.1', '10.2.2.2, ::FFFF:10.3.3.3', { address: '10.2.2.2', port: 0 }],
    ['10.1.1.1', '203.0.113.1:1234', { address: '203.0.113.1', port: 0 }],
    ['10.1.1.1', '"203.0.113.1"', { address: '203.0.113.1', port: 0 }],
    ['10.1.1.1', '[2001:db9::7]:443', { address: '2001:db9::7', port: 0 }],
    ['10.1.1.1', '"[2001:db9::7]"', { address: '2001:db9::7', port: 0 }],
    ['10.1.1.1', '203.0.113.1, unknown', { address: '0.0.0.0', port: 0 }],
    ['10.1.1.1', '203.0.113.01', { address: '0.0.0.0', port: 0 }],
    ['10.1.1.1', '203.0.113.1, nonsense, 10.2.2.2', { address: '0.0.0.0', port: 0 }],
    ['10.1.1.1', '', { address: '10.1.1.1', port: 9 }],
  ])('from %s, for "%s", is %j', (nearest, forwardedFor, remote) => {
    expect(origin(nearest, forwardedFor)).toEqual(remote);
  });

  it.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '::/129',
    '::ffff:10.0.0.0/95',
    '',
  ])('are no "%s"', (range) => {
    expect(() => new Proxies([range])).toThrow(TypeError);
  });
});
