import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { primitives } from '../../../runtime/world/primitives.ts';
import { text } from '../../../storage/bytes.ts';
import { secretOf, unhex } from '../../actors/peer/wire/backends.ts';
import { oracle } from '../../actors/peer/wire/oracle.ts';
import fc from '../../fast-check.ts';
import { buildPackage } from '../../package.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** A process that takes so long for what is done in seconds is never going to end. */
const HANGS_MS = 90_000;

/** X25519 points that lead to zeros, whatever the key: RFC 7748 6.1, and their other encodings. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(unhex);

describe('the primitives of this machine', () => {
  it('seal and open as @noble does', () => {
    fc.assert(
      fc.property(
        bytes(32),
        bytes(12),
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 3000 }),
        (key, nonce, associated, plain) => {
          const [ours, theirs] = [primitives, oracle].map(({ chaChaPoly }) => {
            const into = new Uint8Array(plain.length + 16);
            chaChaPoly(key).encrypt(nonce, associated, plain, into);
            return into;
          });
          expect(ours).toEqual(theirs);
          const cipher = primitives.chaChaPoly(key);
          expect(cipher.decrypt(nonce, associated, ours ?? plain)).toEqual(plain);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('agree, sign, mix and hash as @noble does', () => {
    const results = [primitives, oracle].map((backend) => [
      backend.agreementKey(secretOf(3)).publicKey,
      backend.agreementKey(secretOf(3)).agree(backend.agreementKey(secretOf(4)).publicKey),
      backend.identityKey(secretOf(5)).publicKey,
      backend.identityKey(secretOf(5)).sign(text('m')),
      backend.mac(secretOf(6), text('a'), text('b')),
      backend.hkdf(text('chain'), text(''), 96),
      backend.sha256(text('a'), text('b')),
    ]);
    expect(results[0]).toEqual(results[1]);
  });

  it('draw keys of their own each time, which agree with any other', () => {
    for (const backend of [primitives, oracle]) {
      const [one, other] = [backend.freshKey(), backend.freshKey()];
      expect(one.publicKey).not.toEqual(other.publicKey);
      const theirs = oracle.agreementKey(secretOf(4));
      expect(one.agree(theirs.publicKey)).toEqual(theirs.agree(one.publicKey));
    }
  });

  it('draw keys without end, whatever V8 sweeps meanwhile', () => {
    buildPackage();
    const { href } = new URL('../../../dist/runtime/world/primitives.js', import.meta.url);
    const program = `
      import { primitives } from ${JSON.stringify(href)};
      for (let drawn = 0; drawn < 20_000; drawn++) primitives.freshKey();
    `;
    const options = ['--max-semi-space-size=1', '--input-type=module', '--eval', program];
    const { signal, status } = spawnSync(process.execPath, options, { timeout: HANGS_MS });
    expect({ signal, status }).toEqual({ signal: null, status: 0 });
  }, 120_000);

  it('refuse points of small order and keys of another length, both alike', () => {
    const given = [...smallOrder, new Uint8Array(31), new Uint8Array(33)];
    const [ours, theirs] = [primitives, oracle].map((backend) =>
      given.map((point) => backend.agreementKey(secretOf(3)).agree(point)),
    );
    expect(ours).toEqual(given.map(() => undefined));
    expect(theirs).toEqual(ours);
  });

  it('tell a signature from others, both alike', () => {
    const { publicKey: key, sign } = primitives.identityKey(secretOf(5));
    const signature = sign(text('m'));
    const verdicts = [primitives, oracle].map(({ verify }) => [
      verify(key, text('m'), signature),
      verify(key, text('n'), signature),
      verify(key, text('m'), signature.subarray(1)),
      verify(key.subarray(1), text('m'), signature),
      verify(primitives.identityKey(secretOf(6)).publicKey, text('m'), signature),
    ]);
    expect(verdicts).toEqual([
      [true, false, false, false, false],
      [true, false, false, false, false],
    ]);
  });
});
