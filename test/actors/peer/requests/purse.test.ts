import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../actors/peer/ledger.ts';
import type { Exchange } from '../../../../actors/peer/requests/exchange.ts';
import { Purse } from '../../../../actors/peer/requests/purse.ts';
import fc from '../../../fast-check.ts';
import { Silent } from '../silent.ts';

const MIB = 1_048_576;

/** A purse, and what it says. */
function open() {
  const account = new Ledger().open('10.0.0.0/24');
  const credited: Exchange[] = [];
  const creditor = { credit: (each: Exchange) => void credited.push(each), onFreed: () => {} };
  return { account, credited, purse: new Purse(account, creditor, 3 * MIB) };
}

const first = (size: number, bytes: number) => {
  const part = new Uint8Array(bytes);
  return { kind: 'response', id: 1, encoding: 'bytes', size, part } as const;
};

describe('a purse', () => {
  it('holds 16 MiB, and no more whatever else its connection may hold', () => {
    const { account, purse } = open();
    expect([purse.hold(16 * MIB), purse.hold(1), account.heldBytes]).toEqual([
      ...[true, false, 16 * MIB],
    ]);
    expect(account.hold(16 * MIB)).toBe(true);
    purse.close();
    purse.free(5);
    expect([account.heldBytes, purse.hold(1)]).toEqual([16 * MIB, false]);
  });

  it('grants in order what fits beside what is held and a full window', () => {
    const { credited, purse } = open();
    purse.hold(5 * MIB);
    const [large, small] = [new Silent(), new Silent()];
    purse.begin(large, first(8 * MIB, 0));
    purse.begin(small, first(MIB, 0));
    expect([large.isGranted, small.isGranted]).toEqual([false, false]);
    purse.free(MIB);
    expect([large.isGranted, small.isGranted, credited]).toEqual([true, false, [large]]);
    purse.drop(large);
    expect([small.isGranted, credited]).toEqual([true, [large, small]]);
  });

  it('keeps what it promised for what it was promised to', () => {
    const { account, purse } = open();
    const large = new Silent();
    purse.begin(large, first(10 * MIB, 0));
    expect([purse.hold(6 * MIB), purse.hold(1)]).toEqual([true, false]);
    const { assembly } = large;
    for (let mib = 0; mib < 10; mib++) {
      expect(assembly && purse.add(large, assembly, new Uint8Array(MIB))).toBe(undefined);
    }
    expect([assembly?.missingBytes, account.heldBytes]).toEqual([0, 16 * MIB]);
  });

  it('takes an answer in the place of its request before it grants anything else', () => {
    const { account, purse } = open();
    purse.hold(9 * MIB);
    const waiting = new Silent();
    purse.begin(waiting, first(9 * MIB, 0));
    expect([purse.holdInstead(9 * MIB, 9 * MIB, 3 * MIB), waiting.isGranted]).toEqual([
      true,
      false,
    ]);
    expect(purse.holdInstead(13 * MIB, 9 * MIB, 3 * MIB)).toBe(false);
    expect([waiting.isGranted, account.heldBytes]).toEqual([true, 0]);
  });

  it('has room for all that may come, in whatever parts it does', () => {
    const part = fc.record({ nth: fc.nat({ max: 9 }), bytes: fc.integer({ min: 1, max: 65_536 }) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.nat({ max: 2 * MIB }), (parts, free) => {
        const { account, purse } = open();
        purse.hold(16 * MIB - free);
        const all = Array.from({ length: 10 }, () => new Silent());
        for (const each of all) purse.begin(each, first(300_000, 0));
        let left = purse.windowBytes;
        for (const { nth, bytes } of parts) {
          const each = all[nth];
          if (each?.assembly === undefined || each.assembly.missingBytes < bytes) continue;
          if (bytes > left) continue;
          left -= bytes;
          expect(purse.add(each, each.assembly, new Uint8Array(bytes))).toBe(undefined);
        }
        expect(account.heldBytes).toBeLessThanOrEqual(16 * MIB);
      }),
    );
  });
});
