import { expect, it } from 'vitest';
import type { Call } from '../../../../actors/peer/requests/call.ts';
import type { Items } from '../../../../actors/peer/requests/items.ts';
import type { Payload } from '../../../../actors/peer/requests/payload.ts';
import fc from '../../../fast-check.ts';
import { type Answered, join, type Side } from '../joined.ts';

const MIB = 1_048_576;

/** Sizes about which something changes. */
const size = fc.oneof(
  fc.nat({ max: 20_000 }),
  fc.constantFrom(16_384, 65_000, 200_000, 262_080, 262_144, 262_145, 300_000),
  fc.constantFrom(MIB, 3_500_000, 5_300_000, 9_000_000, 10 * MIB),
);
/** How many turns whoever works on it takes. */
const turns = fc.nat({ max: 6 });
const isA = fc.boolean();
const echo = fc.record({ isA, does: fc.constant('echo'), size, answer: size, turns });
const does = fc.constantFrom('echo', 'get', 'stream');
const any = fc.record({ isA, does, size, answer: size, turns });
type Deed = { isA: boolean; does: string; size: number; answer: number; turns: number };

const nothing = (bytes: number): Payload => ({ encoding: 'bytes', bytes: new Uint8Array(bytes) });

/** All that is asked, at once, each way. */
class Stage {
  readonly joined = join();
  readonly #told: (readonly Answered[])[] = [];
  /** Of those that are over: how many bytes came, or why none did. */
  readonly ends: (number | string)[] = [];
  #atWork: { call: Call; bytes: number; turns: number }[] = [];

  readonly #deeds: readonly Deed[];

  constructor(deeds: readonly Deed[]) {
    this.#deeds = deeds;
    const { a, b } = this.joined;
    for (const side of [a, b]) {
      side.serve = (call) => {
        const { turns = 0 } = deeds[Number(call.name)] ?? {};
        this.#atWork.push({ call, bytes: call.payload.bytes.length, turns });
      };
    }
    deeds.forEach((deed, nth) => {
      const { told } = (deed.isA ? a : b).ask(String(nth), nothing(deed.size));
      this.#told.push(told);
    });
  }

  /** Until all is over, or neither has anything to say. Time stands still meanwhile. */
  async play(): Promise<void> {
    const { a, b } = this.joined;
    const read = new Set<number>();
    for (let quiet = 0; quiet < 10; quiet++) {
      if (this.#step(a, b)) quiet = 0;
      if (this.#step(b, a)) quiet = 0;
      this.#work();
      this.#told.forEach(([answered], nth) => {
        if (answered === undefined || read.has(nth)) return;
        read.add(nth);
        void this.#read(nth, answered);
      });
      for (let n = 0; n < 4; n++) await Promise.resolve();
    }
  }

  #step(from: Side, to: Side): boolean {
    const plain = from.write();
    if (plain === undefined) return false;
    expect(to.read(plain)).toBe(undefined);
    for (const { account } of [from, to]) expect(account.heldBytes).toBeLessThanOrEqual(32 * MIB);
    return true;
  }

  #work(): void {
    const due = this.#atWork.filter((each) => each.turns-- <= 0);
    this.#atWork = this.#atWork.filter((each) => !due.includes(each));
    for (const { call, bytes } of due) void this.#answer(call, bytes);
  }

  async #answer(call: Call, bytes: number): Promise<void> {
    const deed = this.#deeds[Number(call.name)];
    if (deed?.does === 'echo') return call.answer(nothing(bytes));
    if (deed?.does === 'get') return call.answer(nothing(deed.answer));
    const out = call.stream();
    for (let n = 0; n < 3 && (await out.write(nothing(deed?.answer ?? 0))); n++);
    out.end();
  }

  async #read(nth: number, answered: Answered): Promise<void> {
    if ('payload' in answered) this.ends[nth] = answered.payload.bytes.length;
    else if ('failure' in answered) this.ends[nth] = answered.failure.code;
    else this.ends[nth] = await readAll(answered.items);
  }
}

async function readAll(items: Items): Promise<number | string> {
  for (let bytes = 0; ; ) {
    const next = await items.next();
    if (next.kind === 'failed') return next.failure.code;
    if (next.kind === 'end') return bytes;
    bytes += next.payload.bytes.length;
  }
}

it('all that is asked both ways at once comes back, where it takes no more room', async () => {
  const deeds = fc.array(echo, { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const stage = new Stage(all);
      await stage.play();
      expect(stage.ends).toEqual(all.map(({ size }) => size));
      expect(stage.joined.ledger.heldBytes).toBe(0);
    }),
    { numRuns: 25 },
  );
});

it('all that is asked both ways at once ends, by what there is no room for, too', async () => {
  const deeds = fc.array(any, { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const stage = new Stage(all);
      await stage.play();
      const full = 'REQUESTS_FULL';
      expect(stage.ends.map((end) => (end === full ? full : 'whole'))).toEqual(
        stage.ends.map((end, nth) => (end === full ? full : whole(all[nth], end))),
      );
      expect(stage.ends.filter((end) => end !== undefined).length).toBe(all.length);
      expect(stage.joined.ledger.heldBytes).toBe(0);
    }),
    { numRuns: 25 },
  );
});

const whole = (deed: Deed | undefined, end: number | string): string | number => {
  if (deed === undefined) return end;
  const bytes = { echo: deed.size, get: deed.answer, stream: 3 * deed.answer }[deed.does];
  return bytes === end ? 'whole' : end;
};
