import { describe, expect, it } from 'vitest';
import type { ExchangeFrame, Frame } from '../../../../actors/peer/wire/frame.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { type Answered, bulk, framesOf, join } from '../joined.ts';

const MIB = 1_048_576;

const begin = (id: number, size: number, part: number): ExchangeFrame => {
  const head = { kind: 'request', id, timeoutMs: 30_000, encoding: 'bytes', size } as const;
  return { ...head, name: 'm', part: new Uint8Array(part) };
};
const more = (id: number, part: number): ExchangeFrame => {
  return { kind: 'data', id, part: new Uint8Array(part) };
};

describe('what the other side may send', () => {
  it('is 256 KiB of each id before any credit', () => {
    const { b } = join();
    expect(b.requests.receive(begin(1, MIB, 0))).toBe(undefined);
    for (let n = 0; n < 4; n++) expect(b.requests.receive(more(1, 65_500))).toBe(undefined);
    expect(b.requests.receive(more(1, 144))).toBe(undefined);
    expect(b.requests.receive(more(1, 1))).toBe('flow');
  });

  it('is 4 MiB in all before any credit', () => {
    const { b } = join();
    for (let n = 0; n < 64; n++) {
      expect(b.requests.receive(begin(2 * n + 1, 65_500, 65_500))).toBe(undefined);
    }
    expect(b.requests.receive(begin(129, 2_304, 2_304))).toBe(undefined);
    expect(b.requests.receive(begin(131, 1, 1))).toBe('flow');
  });

  it('is never more of a payload than its size', () => {
    const { b } = join();
    b.requests.receive(begin(1, 10, 5));
    expect(b.requests.receive(more(1, 6))).toBe('size');
  });

  it('is under way up to 10 MiB in large payloads, and 2 MiB in others', () => {
    const large = join().b.requests;
    expect([1, 3, 5].map((id) => large.receive(begin(id, 5 * MIB, 0)))).toEqual([
      ...[undefined, undefined, 'underWay'],
    ]);
    const medium = join().b.requests;
    const ids = Array.from({ length: 9 }, (_, n) => 2 * n + 1);
    expect(ids.map((id) => medium.receive(begin(id, MIB / 4, 0)))).toEqual([
      ...Array.from({ length: 8 }, () => undefined),
      'underWay',
    ]);
  });

  it('comes to no more than the account may hold, while nothing is settled', () => {
    const { a, b, settle, ledger } = join();
    const asks = Array.from({ length: 40 }, (_, n) => a.ask('slow', bulk(MIB, n)));
    settle();
    expect(b.calls.length).toBeGreaterThanOrEqual(11);
    expect(ledger.heldBytes).toBeLessThanOrEqual(16 * MIB);
    for (let n = 0; n < asks.length; n++) {
      const call = b.calls[n];
      expect(Buffer.compare(b.payloads[n]?.bytes ?? bulk(0).bytes, bulk(MIB, n).bytes)).toBe(0);
      call?.answer(bulk(1));
      settle();
    }
    expect(asks.map(({ told }) => told)).toEqual(asks.map(() => [{ payload: bulk(1) }]));
    expect(ledger.heldBytes).toBe(0);
  });

  it('fails where the process has no memory left, and the connection does not', () => {
    const { a, b, settle, ledger } = join();
    const other = ledger.open('10.0.0.0/24', 536_870_912);
    other.hold(536_870_912 - 1_000);
    const big = a.ask('big', bulk(500_000));
    const small = a.ask('small', bulk(1_000));
    settle();
    expect(big.told).toEqual([{ failure: failRequest('REQUESTS_FULL') }]);
    b.calls[0]?.answer(bulk(900));
    settle();
    expect(small.told).toEqual([{ payload: bulk(900) }]);
    expect([b.calls.length, ledger.heldBytes]).toEqual([1, 536_870_912 - 1_000]);
  });
});

const bytesOf = (told: readonly Answered[]): number[] =>
  told.map((end) => ('payload' in end ? end.payload.bytes.length : -1));

describe('two sides that ask each other for much', () => {
  it('get their answers, where both are full of those that wait', () => {
    const { a, b, settle, ledger } = join();
    const sides = [a, b];
    const asks = Array.from({ length: 500 }, (_, n) => sides[n % 2]?.ask('echo', bulk(100_000)));
    settle();
    for (const { calls, account } of sides) {
      expect(calls.length).toBeLessThan(250);
      expect(account.heldBytes).toBeGreaterThan(15 * MIB);
    }
    for (const side of sides) {
      side.serve = (call) => call.answer(bulk(100_000));
      for (const call of side.calls) call.answer(bulk(100_000));
    }
    settle();
    expect(asks.map((ask) => bytesOf(ask?.told ?? []))).toEqual(asks.map(() => [100_000]));
    expect(ledger.heldBytes).toBe(0);
  });

  it('get them, where large requests wait until large answers are sent', () => {
    const { a, b, settle, ledger } = join();
    const sides = [a, b];
    const gets = [1, 2, 3].flatMap((n) => sides.map((side) => side.ask('get', bulk(n))));
    settle();
    const puts = sides.map((side) => side.ask('put', bulk(9_000_000)));
    for (const side of sides) for (const call of side.calls) call.answer(bulk(3_500_000));
    for (const side of sides) side.serve = (call) => call.answer(bulk(1));
    settle();
    expect(gets.map(({ told }) => bytesOf(told))).toEqual(gets.map(() => [3_500_000]));
    expect(puts.map(({ told }) => bytesOf(told))).toEqual(puts.map(() => [1]));
    expect(ledger.heldBytes).toBe(0);
  });

  it('hold answers that nobody reads beside what they are asked', () => {
    const { a, b, settle } = join();
    b.serve = (call) => {
      const out = call.stream();
      for (let n = 0; n < 4; n++) void out.write(bulk(65_000));
    };
    for (let n = 0; n < 50; n++) a.ask('stream');
    settle();
    const unreadBytes = a.account.heldBytes;
    for (let n = 0; n < 256; n++) b.ask('slow', bulk(65_000));
    settle();
    const askedBytes = a.account.heldBytes - unreadBytes;
    for (const bytes of [unreadBytes, askedBytes]) {
      expect(bytes).toBeGreaterThan(10 * MIB);
      expect(bytes).toBeLessThanOrEqual(16 * MIB);
    }
  });

  it('are refused what they ask in the share of the answers, once there is no room', () => {
    const { b } = join();
    const refused: Frame[] = [];
    for (let id = 1; id < 400; id += 2) {
      expect(b.requests.receive(begin(id, 130_000, 65_000))).toBe(undefined);
      expect(b.requests.receive(more(id, 65_000))).toBe(undefined);
      for (let plain = b.write(); plain?.length; plain = b.write()) {
        refused.push(...framesOf(plain).filter(({ kind }) => kind === 'error'));
      }
    }
    expect([b.calls.length, refused.length, b.account.heldBytes]).toEqual([
      ...[129, 71, 129 * 130_000],
    ]);
  });
});

describe('items under way', () => {
  it('come to their end, and keep out nobody, while other streams are not read', async () => {
    const { a, b, settle } = join();
    b.serve = async (call) => {
      const out = call.stream();
      for (let n = 0; n < 20; n++) await out.write(bulk(60_000));
      out.end();
    };
    const asks = Array.from({ length: 40 }, () => a.ask('stream'));
    const turn = async (): Promise<void> => {
      settle();
      await Promise.resolve();
    };
    for (let turns = 0; turns < 100; turns++) await turn();
    for (const { told } of asks) {
      const [answered] = told;
      if (!(answered && 'items' in answered)) throw new Error('not streamed');
      for (let items = 0; items <= 20; items++) {
        let kind = '';
        void answered.items.next().then((next) => {
          kind = next.kind;
        });
        for (let turns = 0; turns < 20 && kind === ''; turns++) await turn();
        expect(kind).toBe(items < 20 ? 'item' : 'end');
      }
    }
    expect(a.account.heldBytes).toBe(0);
  });
});

describe('what waits to be sent', () => {
  it('counts what waits to be sent, and what there is no room for fails', () => {
    const { a, b, step, settle, ledger } = join();
    b.serve = (call) => call.answer(bulk(MIB));
    const asks = Array.from({ length: 20 }, () => a.ask('large'));
    step(a, b);
    expect(ledger.heldBytes).toBe(12 * MIB);
    settle();
    const full = [{ failure: failRequest('REQUESTS_FULL') }];
    expect(asks.slice(12).map(({ told }) => told)).toEqual(asks.slice(12).map(() => full));
    for (const { told } of asks.slice(0, 12)) {
      const [answered] = told;
      const bytes = answered && 'payload' in answered ? answered.payload.bytes : bulk(0).bytes;
      expect(Buffer.compare(bytes, bulk(MIB).bytes)).toBe(0);
    }
    expect(ledger.heldBytes).toBe(0);
  });

  it('is bounded in number, too, where the items of a stream are empty', () => {
    const { a, b, said, settle, ledger } = join();
    b.serve = (call) => {
      const out = call.stream();
      for (let n = 0; n < 10_000; n++)
        void out.write({ encoding: 'nothing', bytes: bulk(0).bytes });
    };
    const { cancel } = a.ask('all');
    settle();
    expect(said.filter((frame) => frame === 'b item 1').length).toBe(4_096);
    expect(ledger.heldBytes).toBe(10_000 * 64 + 4);
    cancel();
    settle();
    // Its request, until whoever works on it is done.
    expect(ledger.heldBytes).toBe(4);
  });
});

describe('credit', () => {
  it('is given for what the writing of an answer has freed', () => {
    const { a, b, said, step, settle } = join();
    b.serve = (call) => {
      if (call.name === 'large') call.answer(bulk(10 * MIB));
    };
    a.ask('large');
    step(a, b);
    for (let n = 0; n < 30; n++) a.ask('slow', bulk(MIB / 4));
    for (let n = 0; n < 200; n++) step(a, b);
    settle();
    expect(said.lastIndexOf('b credit 0')).toBeGreaterThan(said.lastIndexOf('b data 1'));
  });

  it('adds no more than has been sent', () => {
    const { a, b, settle } = join();
    a.ask('m', bulk(1_000));
    settle();
    const receive = (id: number, bytes: number) =>
      a.requests.receive({ kind: 'credit', id, bytes });
    expect([receive(1, 1_000), receive(0, 1_000), receive(3, 1), receive(2, 1)]).toEqual([
      ...[undefined, undefined, 'unexpected', 'unexpected'],
    ]);
    expect([receive(1, 1), receive(0, 1)]).toEqual(['credit', 'credit']);
    b.calls[0]?.answer(bulk(1));
    settle();
    expect(receive(1, 1)).toBe(undefined);
  });
});
