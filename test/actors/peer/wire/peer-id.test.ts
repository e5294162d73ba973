import { describe, expect, it } from 'vitest';
import { peerIdOf, publicKeyOfPeer } from '../../../../actors/peer/wire/peer-id.ts';
import { text } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a peer id', () => {
  it('is the public key in base32, as RFC 4648 writes it, lower case and unpadded', () => {
    const bytes = text('foobarfoobarfoobarfoobarfoobarfo');
    expect(peerIdOf(bytes)).toBe('mzxw6ytbojtg633cmfzgm33pmjqxeztpn5rgc4tgn5xweylsmzxq');
  });

  it('names the key it was made of', () => {
    const named = fc.property(key, (bytes) => {
      expect(publicKeyOfPeer(peerIdOf(bytes))).toEqual(bytes);
    });
    fc.assert(named);
  });

  it('is written in one way alone', () => {
    const id = peerIdOf(new Uint8Array(32));
    expect(id).toBe('a'.repeat(52));
    const others = [
      '',
      id.slice(1),
      `${id}a`,
      id.toUpperCase(),
      `1${id.slice(1)}`,
      `${id.slice(1)}b`,
      `${id.slice(1)}é`,
    ];
    expect(others.map(publicKeyOfPeer)).toEqual(others.map(() => undefined));
  });
});
