import { describe, expect, it } from 'vitest';
import { SymmetricState } from '../../../../actors/peer/wire/symmetric-state.ts';
import { text } from '../../../../storage/bytes.ts';
import { backends } from './backends.ts';

describe.each(backends)('a symmetric state by %s', (_name, primitives) => {
  it('pads a short name, and hashes a long one', () => {
    const short = new SymmetricState(primitives, 'short').hash;
    const long = 'x'.repeat(33);
    expect(short).toEqual(Uint8Array.from([...text('short'), ...new Uint8Array(27)]));
    expect(new SymmetricState(primitives, long).hash).toEqual(primitives.sha256(text(long)));
  });

  it('hashes in clear before there is a key, and seals after', () => {
    const [one, other] = ['n', 'n'].map((name) => new SymmetricState(primitives, name));
    expect(one?.tagBytes).toBe(0);
    expect(other?.decryptAndHash(one?.encryptAndHash(text('a')) ?? text(''))).toEqual(text('a'));
    one?.mixKey(text('secret'));
    other?.mixKey(text('secret'));
    expect(one?.tagBytes).toBe(16);
    const sealed = one?.encryptAndHash(text('b')) ?? text('');
    expect(other?.decryptAndHash(sealed.with(0, 255 - (sealed[0] ?? 0)))).toBe(undefined);
    expect(other?.decryptAndHash(sealed)).toEqual(text('b'));
    expect(one?.hash).toEqual(other?.hash);
  });
});
