import { describe, expect, it } from 'vitest';
import {
  CipherState,
  MESSAGES_MAX,
  MESSAGES_PER_KEY,
} from '../../../../actors/peer/wire/cipher-state.ts';
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

describe.each(backends)('a cipher, by %s,', (_name, primitives) => {
  const cipher = (count = 0, rekeyedAt = count) =>
    new CipherState(primitives, key(), count, rekeyedAt);

  const seal = (by: CipherState): Uint8Array => {
    const sealed = new Uint8Array(17);
    by.encryptInto(sealed, text('x'));
    return sealed;
  };

  it('is rekeyed as Noise says, and goes on counting', () => {
    const rekeyed = cipher(3);
    rekeyed.rekey();
    const block = new Uint8Array(48);
    const nonce = new Uint8Array(12).fill(255, 4);
    primitives.chaChaPoly(key()).encrypt(nonce, new Uint8Array(), new Uint8Array(32), block);
    const expected = new CipherState(primitives, block.subarray(0, 32), 3);
    expect(seal(rekeyed)).toEqual(seal(expected));
    expect([rekeyed.count, rekeyed.sinceRekey]).toEqual([4, 1]);
  });

  it('opens what was sealed before it was rekeyed with no key but that before', () => {
    const [sender, receiver, late] = [cipher(), cipher(), cipher()];
    const before = seal(sender);
    sender.rekey();
    const after = seal(sender);
    late.rekey();
    expect(late.decrypt(before)).toBe(undefined);
    expect([receiver.decrypt(before), receiver.decrypt(after)]).toEqual([text('x'), undefined]);
    receiver.rekey();
    expect(receiver.decrypt(after)).toEqual(text('x'));
  });

  it('seals 1,048,576 messages with a key, and opens no more', () => {
    const [sender, receiver] = [0, 1].map(() => cipher(MESSAGES_PER_KEY - 1, 0));
    if (sender === undefined || receiver === undefined) throw new Error('no ciphers');
    expect(receiver.decrypt(seal(sender))).toEqual(text('x'));
    expect(() => seal(sender)).toThrow(new RangeError('a key has to be rekeyed'));
    const beyond = seal(cipher(MESSAGES_PER_KEY));
    expect(receiver.decrypt(beyond)).toBe(undefined);
    for (const each of [sender, receiver]) each.rekey();
    expect(receiver.decrypt(seal(sender))).toEqual(text('x'));
  });
});
