import { describe, expect, it } from 'vitest';
import { CipherState, MESSAGES_MAX } from '../../../../actors/peer/wire/cipher-state.ts';
import { text } from '../../../../storage/bytes.ts';
import { backends } from './backends.ts';

const key = (): Uint8Array => new Uint8Array(32).fill(7);

describe.each(backends)('a cipher by %s', (_name, primitives) => {
  const pair = (count = 0) => [
    new CipherState(primitives, key(), count),
    new CipherState(primitives, key(), count),
  ];

  function seal(cipher: CipherState | undefined, words: string): Uint8Array {
    const sealed = new Uint8Array(words.length + 16);
    cipher?.encryptInto(sealed, text(words));
    return sealed;
  }

  it('opens each message once, in order, and is not moved by one that is not the next', () => {
    const [sender, receiver] = pair();
    const first = seal(sender, 'first');
    const second = seal(sender, 'second');
    const tampered = first.with(0, 255 - (first[0] ?? 0));
    const cut = first.subarray(0, 15);
    const given = [second, tampered, cut, first, first, second];
    const opened = given.map((sealed) => receiver?.decrypt(sealed));
    const none = undefined;
    expect(opened).toEqual([none, none, none, text('first'), none, text('second')]);
    expect(receiver?.count).toBe(2);
  });

  it('seals no more than its key may, and opens nothing after', () => {
    const [sender, receiver] = pair(MESSAGES_MAX - 1);
    const last = seal(sender, 'last');
    expect([receiver?.decrypt(last), receiver?.isSpent, sender?.isSpent]).toEqual([
      text('last'),
      true,
      true,
    ]);
    expect(() => seal(sender, 'more')).toThrow(RangeError);
    expect(receiver?.decrypt(last)).toBe(undefined);
  });

  it('is of no use once wiped', () => {
    const [sender, receiver] = pair();
    const sealed = seal(sender, 'first');
    receiver?.wipe();
    expect(receiver?.decrypt(sealed)).toBe(undefined);
  });
});
