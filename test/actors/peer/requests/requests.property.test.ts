import { expect, it } from 'vitest';
import type { Call } from '../../../../actors/peer/requests/call.ts';
import type { Items, Next } from '../../../../actors/peer/requests/items.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import fc from '../../../fast-check.ts';
import { type Answered, bulk, join, type Side } from '../joined.ts';

/** Sizes about which something changes. */
const size = fc.oneof(
  fc.nat({ max: 40 }),
  fc.constantFrom(16_384, 16_385, 65_502, 65_536, 262_144, 262_145),
  fc.nat({ max: 700_000 }),
  fc.constant(2_500_000),
);
const deed = fc.record({
  does: fc.constantFrom(
    ...['ask', 'ask', 'cancel', 'write', 'write', 'deliver', 'deliver', 'deliver'],
    ...['answer', 'answer', 'stream', 'fail', 'read', 'wait'],
  ),
  isA: fc.boolean(),
  n: fc.nat({ max: 1_000 }),
  size,
});
type Deed = { does: string; isA: boolean; n: number; size: number };

interface Ask {
  readonly told: readonly Answered[];
  readonly cancel: () => void;
  readonly read: Next[];
  isCancelled: boolean;
  /** What the handler gave: sizes, all of the seed of the ask. */
  readonly given: number[];
}

const HELD_MAX = 16_777_216;

/** Two sides, all that is on the way between them, and what each ask has come to. */
class Stage {
  readonly joined = join();
  readonly asks: Ask[] = [];
  readonly #calls: { call: Call; ask: Ask; seed: number }[] = [];
  readonly #onTheWay = { a: [] as Uint8Array[], b: [] as Uint8Array[] };

  constructor() {
    for (const side of [this.joined.a, this.joined.b]) {
      side.serve = (call) => {
        const seed = Number(call.name);
        const ask = this.asks[seed];
        const { bytes } = call.payload;
        if (ask === undefined) throw new Error('served what nobody asked');
        if (Buffer.compare(bytes, bulk(bytes.length, seed).bytes) !== 0) throw new Error('torn');
        this.#calls.push({ call, ask, seed });
      };
    }
  }

  do({ does, isA, n, size }: Deed): void {
    const { a, b, clock } = this.joined;
    const [side, other, name] = isA ? ([a, b, 'a'] as const) : ([b, a, 'b'] as const);
    if (does === 'ask') this.#ask(side, size, 1_000 + 60 * n);
    else if (does === 'cancel') this.#cancel(n);
    else if (does === 'write') this.#write(side, name);
    else if (does === 'deliver') this.#deliver(other, name);
    else if (does === 'wait') clock.advance(n);
    else if (does === 'read') this.#read(this.asks[n % Math.max(1, this.asks.length)]);
    else this.#settle(does, n, size);
    for (const { account } of [a, b]) expect(account.heldBytes).toBeLessThanOrEqual(HELD_MAX);
  }

  #ask(side: Side, size: number, timeoutMs: number): void {
    const seed = this.asks.length;
    const { told, cancel } = side.ask(String(seed), bulk(size, seed), timeoutMs);
    this.asks.push({ told, cancel, read: [], given: [], isCancelled: false });
  }

  #cancel(n: number): void {
    const ask = this.asks[n % Math.max(1, this.asks.length)];
    if (ask === undefined || ask.told.length > 0) return;
    ask.isCancelled = true;
    ask.cancel();
  }

  #write(side: Side, name: 'a' | 'b'): void {
    const plain = side.write();
    if (plain !== undefined) this.#onTheWay[name].push(plain);
  }

  #deliver(to: Side, name: 'a' | 'b'): void {
    const plain = this.#onTheWay[name].shift();
    if (plain === undefined) return;
    const violation = to.read(plain);
    if (violation !== undefined) throw new Error(`violated: ${violation}`);
  }

  #read(ask: Ask | undefined): void {
    for (const answered of ask?.told ?? []) {
      if ('items' in answered) void this.#readOne(answered.items, ask?.read ?? []);
    }
  }

  async #readOne(items: Items, read: Next[]): Promise<void> {
    read.push(await items.next());
  }

  #settle(does: string, n: number, size: number): void {
    const [taken] = this.#calls.splice(n % Math.max(1, this.#calls.length), 1);
    if (taken === undefined) return;
    const { call, ask, seed } = taken;
    if (does === 'fail') return call.fail(failRequest('HANDLER_FAILED'));
    ask.given.push(size);
    if (does === 'answer') return call.answer(bulk(size, seed));
    const out = call.stream();
    void out.write(bulk(size, seed));
    for (let more = 0; more < n % 4; more++) {
      ask.given.push(more);
      void out.write(bulk(more, seed));
    }
    out.end();
  }

  /** Until nothing is left to be done, and nobody waits. */
  async finish(): Promise<void> {
    const { a, b, clock } = this.joined;
    for (let turn = 0; turn < 2_000; turn++) {
      for (const name of ['a', 'b'] as const) {
        const [from, to] = name === 'a' ? [a, b] : [b, a];
        this.#write(from, name);
        while (this.#onTheWay[name].length > 0) this.#deliver(to, name);
      }
      while (this.#calls.length > 0) this.#settle('answer', 0, 10);
      for (const ask of this.asks) if (ask.read.length < 8) this.#read(ask);
      await Promise.resolve();
      if (a.requests.isIdle && b.requests.isIdle && !a.isReady && !b.isReady) break;
    }
    clock.advance(100_000);
    await Promise.resolve();
  }
}

/** Items in order, then its end or a failure for good; never a torn one. */
function checkRead(ask: Ask, seed: number): void {
  const items = ask.read.filter(({ kind }) => kind === 'item');
  expect(ask.read.slice(0, items.length)).toEqual(items);
  items.forEach((next, at) => {
    const bytes = next.kind === 'item' ? next.payload.bytes : undefined;
    const given = bulk(ask.given[at] ?? -1, seed).bytes;
    expect(Buffer.compare(bytes ?? given, given)).toBe(0);
  });
  if (ask.read.some(({ kind }) => kind === 'end')) expect(items.length).toBe(ask.given.length);
}

it('each ask settles once, with every byte, in any order, and nothing is kept', async () => {
  const deeds = fc.array(deed, { minLength: 5, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const stage = new Stage();
      for (const each of all) stage.do(each);
      await stage.finish();
      const { a, b, clock, ledger } = stage.joined;
      stage.asks.forEach((ask, seed) => {
        expect(ask.told.length).toBe(ask.isCancelled ? 0 : 1);
        for (const answered of ask.told) {
          if ('payload' in answered) {
            const { bytes } = answered.payload;
            expect(Buffer.compare(bytes, bulk(ask.given[0] ?? 10, seed).bytes)).toBe(0);
          }
        }
        checkRead(ask, seed);
      });
      expect([a.requests.isIdle, b.requests.isIdle, ledger.heldBytes]).toEqual([true, true, 0]);
      clock.advance(1_000);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});
