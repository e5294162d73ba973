import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../actors/peer/ledger.ts';
import fc from '../../fast-check.ts';

describe('the ledger', () => {
  it('holds no more for a connection than that may, and none for all than the process may', () => {
    const ledger = new Ledger(100);
    const first = ledger.open('10.0.0.0/24', 60);
    const second = ledger.open('10.0.1.0/24', 60);
    expect([first.hold(60), first.hold(1), second.hold(41), second.hold(40)]).toEqual([
      ...[true, false, false, true],
    ]);
    first.free(1);
    expect([ledger.heldBytes, second.hold(1), second.hold(1)]).toEqual([99, true, false]);
    first.close();
    first.free(5);
    expect([ledger.heldBytes, first.hold(1), second.hold(19)]).toEqual([41, false, true]);
  });

  it('has whoever holds the most of the largest netgroup make room, before there is none', () => {
    const ledger = new Ledger(160);
    const dropped: string[] = [];
    let crowded = 0;
    ledger.onCrowded = () => {
      crowded += 1;
    };
    const open = (name: string, netgroup: string) => {
      const account = ledger.open(netgroup, 100);
      account.drop = () => {
        dropped.push(name);
        account.close();
      };
      return account;
    };
    const lone = open('lone', '10.0.1.0/24');
    const [small, large] = [open('small', '10.0.0.0/24'), open('large', '10.0.0.0/24')];
    lone.hold(60);
    small.hold(40);
    large.hold(50);
    ledger.relieve();
    expect([crowded, dropped]).toEqual([0, []]);
    expect([lone.hold(1), crowded, lone.hold(10), crowded]).toEqual([true, 1, false, 2]);
    ledger.relieve();
    ledger.relieve();
    expect([dropped, ledger.heldBytes, lone.hold(10)]).toEqual([['large'], 101, true]);
  });

  it('says what each peer, each netgroup and all have cost', () => {
    const ledger = new Ledger();
    const [one, two, stranger] = ['10.0.0.0/24', '10.0.1.0/24', '10.0.0.0/24'].map((netgroup) =>
      ledger.open(netgroup),
    );
    if (!one || !two || !stranger) throw new Error('none');
    for (const account of [one, two]) account.peer = 'ann';
    one.bytesIn += 10;
    two.bytesIn += 5;
    two.cryptoMs += 0.25;
    stranger.framesIn += 2;
    stranger.hold(3);
    const brief = (sums: ReturnType<Ledger['byPeer']>) =>
      [...sums].map(([key, { bytesIn, framesIn, cryptoMs, heldBytes }]) => {
        return [key, bytesIn, framesIn, cryptoMs, heldBytes];
      });
    expect(brief(ledger.byPeer())).toEqual([
      ['ann', 15, 0, 0.25, 0],
      ['', 0, 2, 0, 3],
    ]);
    expect(brief(ledger.byNetgroup())).toEqual([
      ['10.0.0.0/24', 10, 2, 0, 3],
      ['10.0.1.0/24', 5, 0, 0.25, 0],
    ]);
    expect(ledger.total()).toMatchObject({ bytesIn: 15, framesIn: 2, heldBytes: 3 });
  });

  it('sums to zero when all have left, whatever they did', () => {
    const deed = fc.record({
      who: fc.nat({ max: 4 }),
      does: fc.constantFrom('hold', 'free', 'spend', 'leave'),
      bytes: fc.nat({ max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const ledger = new Ledger(120);
        const empty = ledger.total();
        const accounts = [0, 1, 2, 3, 4].map((n) => ledger.open(`10.0.${n}.0/24`, 60));
        for (const { who, does, bytes } of deeds) {
          const account = accounts[who];
          if (does === 'hold') account?.hold(bytes);
          else if (does === 'free') account?.free(Math.min(bytes, account.heldBytes));
          else if (does === 'leave') account?.close();
          else if (account) account.cryptoMs += bytes / 7;
          const held = accounts.map(({ heldBytes }) => heldBytes);
          expect(ledger.heldBytes).toBe(held.reduce((sum, each) => sum + each, 0));
          expect(ledger.heldBytes).toBeLessThanOrEqual(120);
          expect(Math.max(...held)).toBeLessThanOrEqual(60);
        }
        for (const account of accounts) account.close();
        expect([ledger.heldBytes, ledger.total(), ledger.byPeer().size]).toEqual([0, empty, 0]);
      }),
    );
  });
});
