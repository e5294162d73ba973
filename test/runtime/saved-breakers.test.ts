import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../runtime/breaker.ts';
import { Computer } from './kernel/boot.ts';

const options = {
  window: { kind: 'consecutive', failuresMax: 2 },
  open: { minMs: 60_000, maxMs: 60_000 },
} as const;

async function fail(breaker: Breaker, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await breaker.tryExecute(() => {
      throw new Error('down');
    });
  }
}

const refusalOf = (breaker: Breaker): unknown => {
  const leave = breaker.admit();
  return leave.admitted ? 'admitted' : leave.retryAfterMs;
};

describe('a breaker whose state is saved', () => {
  it('stays open after a restart of the process just until it was to be tried', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const before = process.breaker('psp', options);
    await fail(before, 2);
    await computer.clock.advanceAsync(2_500);
    process.crash();
    const retryAfterMs = Number(refusalOf(before));
    const after = (await computer.boot()).breaker('psp', options);
    expect(refusalOf(after)).toBe(retryAfterMs);
    await computer.clock.advanceAsync(retryAfterMs - 1);
    expect(refusalOf(after)).toBe(1);
    await computer.clock.advanceAsync(1);
    expect(refusalOf(after)).toBe('admitted');
  });

  it('is open for no longer than it was to be, if the wall clock goes back', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    await fail(process.breaker('psp', options), 2);
    await computer.clock.advanceAsync(2_000);
    process.crash();
    const { 'breaker/psp': saved } = await computer.saved();
    const { openForMs } = Object(saved);
    computer.clock.setWall(computer.clock.wallMs() - 86_400_000);
    const after = (await computer.boot()).breaker('psp', options);
    expect(refusalOf(after)).toBe(Math.ceil(openForMs));
  });

  it('is still isolated, by all who did and did not release it', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const before = process.breaker('psp');
    before.isolate('audit', { by: 'a' });
    const second = before.isolate('deploy', { by: 'b' });
    await computer.clock.advanceAsync(2_000);
    second.release();
    await computer.clock.advanceAsync(1_000);
    process.crash();
    const next = await computer.boot();
    const after = next.breaker('psp');
    expect(after.isolations.map(({ by, reason }) => [by, reason])).toEqual([['a', 'audit']]);
    after.isolations[0]?.release();
    expect(after.hasTag('admitting')).toBe(true);
    await computer.clock.advanceAsync(1_000);
    next.crash();
    expect((await computer.boot()).breaker('psp').hasTag('admitting')).toBe(true);
  });

  it('keeps what it counted over a shutdown', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const before = process.breaker('psp', { window: { kind: 'count', callsMin: 50 } });
    await fail(before, 3);
    await before.execute(() => 7);
    expect(await process.shutDown()).toBe(true);
    const after = (await computer.boot()).breaker('psp', {
      window: { kind: 'count', callsMin: 50 },
    });
    expect(after.counts).toEqual({ calls: 4, failures: 3, slow: 0, refused: 0, late: 0 });
  });

  it('that is isolated stays so if the runtime abandons all', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    process.breaker('psp').isolate('deploy');
    await process.abandon();
    expect((await computer.boot()).breaker('psp').hasTag('isolated')).toBe(true);
  });

  it('goes on from what was saved, though it was asked for before', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    process.breaker('keys').isolate('stolen');
    await process.shutDown();
    const next = await computer.boot({ askFirst: 'keys' });
    expect(next.breaker('keys').hasTag('isolated')).toBe(true);
  });

  it('begins afresh if what was saved is no state of a breaker', async () => {
    const computer = new Computer();
    await computer.put('breaker/psp', { v: 1, circuit: 'ajar' });
    await computer.put('breaker/other', {});
    await computer.damage('breaker/other');
    const process = await computer.boot();
    expect(process.breaker('psp').hasTag('admitting')).toBe(true);
    expect(process.breaker('other').hasTag('admitting')).toBe(true);
    expect(process.told('state.refused')).toEqual([
      { subject: 'psp', because: 'invalid', field: 'savedAtMs' },
      { subject: 'other', because: 'damaged' },
    ]);
    await process.shutDown();
    expect(await computer.saved()).toMatchObject({
      'refused/breaker/psp': { v: 1, circuit: 'ajar' },
    });
  });
});

describe('the saved state of a breaker', () => {
  it('is that of its last move, and as plain as save gives it', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const breaker = process.breaker('psp', { ...options, open: { minMs: 100, maxMs: 100 } });
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      await computer.clock.advanceAsync(1_000);
      seen.push(Object(await process.state.get('breaker/psp')).circuit);
    };
    await fail(breaker, 2);
    await look();
    const probe = breaker.admit();
    await look();
    if (probe.admitted) probe.succeed();
    await look();
    expect(seen).toEqual(['open', 'halfOpen', 'closed']);
    expect(await process.state.get('breaker/psp')).toEqual(breaker.save());
  });

  it('goes when the breaker is forgotten', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    const isolation = process.breaker('a').isolate('deploy');
    isolation.release();
    await computer.clock.advanceAsync(1_000);
    for (const name of ['b', 'c', 'd']) await process.breaker(name).execute(() => name);
    await process.shutDown();
    expect(Object.keys(await computer.saved())).toEqual(['breaker/b', 'breaker/c', 'breaker/d']);
  });

  it('goes when nobody asks for a closed one, and stays for one that is isolated', async () => {
    const computer = new Computer();
    const process = await computer.boot();
    process.breaker('closed');
    process.breaker('isolated').isolate('deploy');
    await process.shutDown();
    expect(Object.keys(await computer.saved())).toEqual(['breaker/closed', 'breaker/isolated']);
    await (await computer.boot()).shutDown();
    expect(Object.keys(await computer.saved())).toEqual(['breaker/isolated']);
  });
});
