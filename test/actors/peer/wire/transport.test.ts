import { describe, expect, it } from 'vitest';
import {
  CipherState,
  MESSAGES_MAX,
  MESSAGES_PER_KEY,
} from '../../../../actors/peer/wire/cipher-state.ts';
import { Transport } from '../../../../actors/peer/wire/transport.ts';
import { text } from '../../../../storage/bytes.ts';
import { backends } from './backends.ts';

describe.each(backends)('a transport by %s', (_, primitives) => {
  const cipher = (byte: number, count = 0): CipherState =>
    new CipherState(primitives, new Uint8Array(32).fill(byte), count);
  const pair = (): readonly [Transport, Transport] => [
    new Transport(cipher(1), cipher(2)),
    new Transport(cipher(2), cipher(1)),
  ];

  it('carries messages both ways, each behind its tag', () => {
    const [here, there] = pair();
    const [first, second, back] = [
      here.seal(text('a')),
      here.seal(new Uint8Array(65_519)),
      there.seal(text('b')),
    ];
    expect([first.length, first[0], second.length]).toEqual([18, 5, 65_536]);
    expect([there.open(first), there.open(second), here.open(back)]).toEqual([
      text('a'),
      new Uint8Array(65_519),
      text('b'),
    ]);
  });

  it('opens none that is replayed, reordered, reflected, cut, or under another tag', () => {
    const [here, there] = pair();
    const [first, second] = [here.seal(text('a')), here.seal(text('b'))];
    const wrong = [second, first.with(0, 4), first.subarray(0, 17), new Uint8Array(0)];
    expect(wrong.map((message) => there.open(message))).toEqual(wrong.map(() => undefined));
    expect([there.open(first), there.open(first), here.open(second)]).toEqual([
      text('a'),
      undefined,
      undefined,
    ]);
  });

  it('says when its key is spent, seals no more, and nothing once wiped', () => {
    const worn = new Transport(cipher(1, MESSAGES_MAX - 1), cipher(2));
    expect(worn.isSpent).toBe(false);
    worn.seal(text('last'));
    expect(worn.isSpent).toBe(true);
    expect(() => worn.seal(text('more'))).toThrow(RangeError);
    const [here, there] = pair();
    const message = here.seal(text('a'));
    there.wipe();
    expect([there.open(message), there.isSpent]).toEqual([undefined, true]);
  });
});

describe.each(backends)('the keys of a transport by %s', (_, primitives) => {
  const cipher = (byte: number): CipherState =>
    new CipherState(primitives, new Uint8Array(32).fill(byte));
  const pair = (): readonly [Transport, Transport] => [
    new Transport(cipher(1), cipher(2)),
    new Transport(cipher(2), cipher(1)),
  ];

  it('turn each way by themselves, and the old ones open nothing more', () => {
    const [here, there] = pair();
    const old = here.seal(text('a'));
    here.prepare({ sending: cipher(3), receiving: cipher(4) });
    there.prepare({ sending: cipher(4), receiving: cipher(3) });
    here.turnSending();
    const fresh = here.seal(text('b'));
    expect([there.open(old), there.open(fresh)]).toEqual([text('a'), undefined]);
    there.turnReceiving();
    expect([there.open(fresh), here.open(there.seal(text('c')))]).toEqual([text('b'), text('c')]);
    there.turnSending();
    here.turnReceiving();
    expect(here.open(there.seal(text('d')))).toEqual(text('d'));
    expect(there.open(pair()[0].seal(text('e')))).toBe(undefined);
  });

  it('have to be said to change before 2^20 messages are sealed with them', () => {
    const due = new Transport(
      new CipherState(primitives, new Uint8Array(32), MESSAGES_PER_KEY - 2, 0),
      cipher(1),
    );
    expect(due.isRekeyDue).toBe(false);
    due.seal(text('a'));
    expect(due.isRekeyDue).toBe(true);
    due.rekeySending();
    expect(due.isRekeyDue).toBe(false);
  });
});
