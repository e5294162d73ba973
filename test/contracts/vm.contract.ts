import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VmDriver } from '../../actors/vm-drivers.ts';
import { Box, endOf, RESULT_BYTES_MAX } from './vm.fixture.ts';
import { type Case, cases, type End } from './vm-cases.ts';

export interface VmBench {
  readonly driver: VmDriver;
  /** How long a guest may be silent before it counts as deaf. */
  readonly patienceMs: number;
  /** By the name of the case, where this level has an end of its own. */
  readonly ends: Readonly<Record<string, End>>;
  /** Those that are tried; all, unless a level is slow. */
  readonly cases?: readonly Case[];
}

/** An end without a message stands for all with one. */
const matches = (end: End, expected: End): boolean =>
  end === expected || (/^VM_\w+$/.test(expected) && end.startsWith(`${expected} `));

/** The ping is read after the call, so its answer is the last that a guest has to say. */
async function endsOf(box: Box, { code }: Case, isDeaf: boolean, patienceMs: number): Promise<End> {
  box.start(code);
  box.vm.ping('after');
  const heard = box.until(() => box.outcomes.length + box.exits.length + box.pongs.length > 0);
  await (isDeaf ? Promise.race([heard, after(patienceMs)]) : heard);
  if (box.outcomes.length + box.exits.length > 0) return endOf(box.outcomes[0], box.exits[0]);
  return box.pongs.length > 0 ? 'silent' : 'deaf';
}

/** What every level promises of a guest, whatever it runs. */
export function vmContract(name: string, bench: VmBench): void {
  codeContract(name, bench);
  wordsContract(name, bench);
  hostContract(name, bench);
  levelContract(name, bench);
}

/** What it promises of one script, and of the next one. */
export function codeContract(name: string, bench: VmBench): void {
  const { driver, patienceMs, ends, cases: tried = cases } = bench;
  describe(`${name}: code that`, () => {
    it.each(tried)('$name', async (one) => {
      const expected = ends[one.name] ?? one.ends;
      const box = await Box.open(driver);
      const end = await endsOf(box, one, expected === 'deaf', patienceMs);
      expect(matches(end, expected) ? expected : end).toBe(expected);
      if (one.isDeafAfter) {
        box.vm.ping('again');
        await after(patienceMs);
        expect(box.pongs).toEqual([]);
      } else if (/^(returned|VM_ERROR|VM_RESULT)/.test(end)) {
        await box.ping('again');
        expect(await box.run('input.b + 1', { b: 41 })).toBe('returned 42');
      }
      if (box.exits.length === 0) expect((await box.close())?.because).toBe('killed');
      expect({ exits: box.exits.length, violations: box.violations }).toEqual({
        exits: 1,
        violations: [],
      });
    });

    it('poisons nothing of the host', () => {
      const names = [Object.prototype, Array.prototype, Function.prototype].map(Object.keys);
      expect(names).toEqual([[], [], []]);
      expect(JSON.stringify({ a: 1 })).toBe('{"a":1}');
    });

    it('is larger than its memory', async () => {
      const box = await Box.open(driver);
      expect(await box.run(`${' '.repeat(2 ** 26)}1`)).toMatch(/^VM_MEMORY|^exit memory/);
      await box.close();
    });

    it('is given more than its memory takes', async () => {
      const box = await Box.open(driver);
      expect(await box.run('1', 'x'.repeat(2 ** 26))).toMatch(/^VM_MEMORY|^exit memory/);
      await box.close();
    });
  });
}

function wordsContract(name: string, { driver }: VmBench): void {
  describe(`${name}: a guest`, () => {
    it('prints text as it is, in pieces, as it comes', async () => {
      const box = await Box.open(driver);
      const code =
        'console.log("a", 1, null, { b: [] }, "\\0€"); console.log(new TypeError("late")); ' +
        'console.warn("€".repeat(65535) + "😀"); 1';
      const printed = `a 1 null {"b":[]} \0€\nTypeError: late\n${'€'.repeat(65_535)}😀\n`;
      expect(await box.run(code)).toBe('returned 1');
      expect(box.printed.join('')).toBe(printed);
      expect(box.printed.filter(({ length }) => length > 65_536)).toEqual([]);
      await box.close();
    });

    it('says nothing once its call is over', async () => {
      const box = await Box.open(driver);
      const late = 'console.log("late"); host.call("late").catch(() => {})';
      const code = `(async () => { for (let i = 0; i < 99; i++) await 0; ${late} })(); 1`;
      expect(await box.run(code)).toBe('returned 1');
      await box.ping('after');
      expect([box.printed, box.asked, box.violations]).toEqual([[], [], []]);
      await box.close();
    });

    it('is held up by what is not read yet, and ended while it floods', async () => {
      const box = await Box.open(driver);
      box.start('for (;;) console.log("y".repeat(1000))');
      await box.until(() => box.printed.length > 2_000);
      expect(new Set(box.printed)).toEqual(new Set([`${'y'.repeat(1_000)}\n`]));
      expect((await box.close())?.because).toBe('killed');
    });

    it('remembers what is global, and may be told the same again', async () => {
      const box = await Box.open(driver);
      const code = 'var a; a = (a ?? 0) + 1; const b = 2; class C {} [a + b, input]';
      expect(await box.run(code, { c: 3 })).toBe('returned [3,{"c":3}]');
      expect(await box.run(code, '__proto__')).toBe('returned [4,"__proto__"]');
      await box.close();
    });

    it('may return as many bytes as it was given, and not one more', async () => {
      const box = await Box.open(driver);
      const code = '"x".repeat(input)';
      expect(await box.run(code, RESULT_BYTES_MAX - 2)).toMatch(/^returned "x/);
      expect(await box.run(code, RESULT_BYTES_MAX - 1)).toMatch(/^VM_RESULT/);
      await box.close();
    });

    it('tells what it has taken of the processor, and of memory', async () => {
      const box = await Box.open(driver);
      const before = await box.vm.usage();
      await box.run('for (let i = 0; i < 1e7; i++);');
      const used = await box.vm.usage();
      expect(used.cpuMs - before.cpuMs > 1, JSON.stringify([before, used])).toBe(true);
      expect(used.memoryBytes).toBeGreaterThan(2 ** 20);
      await box.close();
    });

    it('is not there if it is given up before', async () => {
      const given = await driver.create(
        { memoryBytesMax: 2 ** 25 },
        new Box(),
        AbortSignal.abort(),
      );
      expect(Object.keys(given)).toEqual(['unavailable']);
    });
  });
}

function hostContract(name: string, { driver }: VmBench): void {
  describe(`${name}: a guest`, () => {
    it('asks the host, and goes on with what it says', async () => {
      const box = await Box.open(driver);
      box.start('host.call("add", { a: input }).then(({ sum }) => sum * 2)', 3);
      await box.until(() => box.asked.length > 0);
      const [{ id, ...asked } = { id: 0 }] = box.asked;
      expect(asked).toEqual({ name: 'add', input: '{"a":3}' });
      box.vm.answer(id, { output: '{"sum":7}' });
      await box.until(() => box.outcomes.length > 0);
      expect(box.outcomes).toEqual([{ ok: true, output: '14' }]);
      await box.close();
    });

    it('is told why the host does not answer', async () => {
      const box = await Box.open(driver);
      box.start('host.call("add").catch((error) => [error.name, error.message])');
      await box.until(() => box.asked.length > 0);
      expect(box.asked[0]?.input).toBe('null');
      box.vm.answer(box.asked[0]?.id ?? 0, { refused: 'not today' });
      await box.until(() => box.outcomes.length > 0);
      expect(box.outcomes).toEqual([{ ok: true, output: '["Error","not today"]' }]);
      await box.close();
    });

    it.each([
      ['a name that is no text', 'host.call(5)'],
      ['a name without end', 'host.call("x".repeat(300))'],
      ['more than a host reads', 'host.call("add", "x".repeat(2 ** 20))'],
      ['more bytes than a host reads', 'host.call("add", "€".repeat(4e5))'],
      ['what JSON cannot say', 'host.call("add", 1n)'],
    ])('asks the host in vain with %s', async (_, code) => {
      const box = await Box.open(driver);
      expect(await box.run(code)).toMatch(/^VM_ERROR (Range|Type)Error: /);
      expect(box.asked).toEqual([]);
      await box.close();
    });

    it('asks nothing in the name of a call that is over', async () => {
      const box = await Box.open(driver);
      expect(await box.run('const ask = host.call; ask("a"); 1')).toBe('returned 1');
      box.vm.answer(box.asked[0]?.id ?? 0, { output: '1' });
      const late = 'let got = 0; Promise.resolve().then(() => {}).then(() => 0); 2';
      expect(await box.run(late)).toBe('returned 2');
      await box.close();
    });
  });
}

function levelContract(name: string, { driver }: VmBench): void {
  describe(`${name}: a level`, () => {
    it('says what keeps a guest in, with the bytes of it', async () => {
      const probed = await driver.probe(AbortSignal.timeout(20_000));
      if ('unavailable' in probed) throw new Error(probed.unavailable);
      const box = await Box.open(driver);
      expect(probed.isolation).toBe(driver.isolation);
      expect(box.vm.evidence.digests).toEqual(probed.digests);
      const digests = Object.values(probed.digests);
      expect(digests.filter((digest) => !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
      await box.close();
    });
  });
}
