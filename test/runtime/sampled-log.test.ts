import { describe, expect, it } from 'vitest';
import { SampledLog } from '../../runtime/sampled-log.ts';
import type { MemoryLog } from '../../runtime/sim/log.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { logContract } from '../contracts/log.contract.ts';
import fc from '../fast-check.ts';
import { stage as begin, counterMachine } from './kernel/stage.ts';

function stage() {
  const { clock, log: memory } = simWorld({ seed: 1 });
  return { clock, memory, log: new SampledLog(memory, clock) };
}

/** What the lines say was suppressed, and how many there are. */
function counted({ lines }: MemoryLog) {
  const told = lines.filter(({ message }) => !message.startsWith('lines like this'));
  const suppressed = lines.reduce((sum, { fields }) => sum + Number(fields.suppressed ?? 0), 0);
  return { told: told.length, suppressed };
}

logContract('a sampled log', () => {
  const { memory, log } = stage();
  const told = () =>
    memory.lines
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ level, message, fields }) => [level, message, fields] as const);
  return { log, told };
});

describe('a sampled log', () => {
  it('tells the first ten warnings of a kind, then every hundredth with what was left out', () => {
    const { memory, log } = stage();
    for (let n = 1; n <= 250; n++) log.warn({ n }, 'slow');
    const shown = memory.lines.map(({ fields: { n, suppressed } }) => [n, suppressed]);
    const first = Array.from({ length: 10 }, (_, index) => [index + 1, undefined]);
    expect(shown).toEqual([...first, [110, 99], [210, 99]]);
  });

  it('begins anew every minute', () => {
    const { memory, log, clock } = stage();
    for (let n = 1; n <= 30; n++) log.error({ n }, 'down');
    clock.advance(59_999);
    log.error({ n: 31 }, 'down');
    clock.advance(1);
    log.error({ n: 32 }, 'down');
    expect(memory.lines.slice(10)).toEqual([
      { level: 'error', message: 'down', fields: { n: 32, suppressed: 21 } },
    ]);
  });

  it('tells all that is no warning, but no more than a hundred lines a second', () => {
    const { memory, log, clock } = stage();
    for (let n = 1; n <= 250; n++) log.info({ n }, 'said');
    expect(counted(memory)).toEqual({ told: 100, suppressed: 0 });
    clock.advance(1_000);
    log.info({ n: 251 }, 'said');
    expect(memory.lines.at(-1)?.fields).toEqual({ n: 251, suppressed: 150 });
  });

  it('tells no more than a hundred lines of one kind a second, however many there are', () => {
    const { memory, log } = stage();
    for (let n = 0; n < 20_000; n++) log.warn({}, 'slow');
    log.flush();
    expect(counted(memory)).toEqual({ told: 100, suppressed: 19_900 });
  });

  it('does not let one kind hide another: level, message, code and reason tell them apart', () => {
    const { memory, log } = stage();
    for (let n = 0; n < 20; n++) log.warn({ error: { code: 'A' } }, 'failed');
    log.error({ error: { code: 'A' } }, 'failed');
    log.warn({ error: { code: 'B' } }, 'failed');
    log.warn({ code: 'A', reason: 'x' }, 'failed');
    log.warn({ error: { code: 'A' } }, 'lost');
    expect(memory.lines.slice(10)).toEqual([
      { level: 'error', message: 'failed', fields: { error: { code: 'A' }, code: 'A' } },
      { level: 'warn', message: 'failed', fields: { error: { code: 'B' }, code: 'B' } },
      { level: 'warn', message: 'failed', fields: { reason: 'x', code: 'A' } },
      { level: 'warn', message: 'lost', fields: { error: { code: 'A' }, code: 'A' } },
    ]);
  });

  it('tells at the end what it left out and has not told yet, once', () => {
    const { memory, log } = stage();
    for (let n = 0; n < 25; n++) log.warn({ code: 'A' }, 'slow');
    for (let n = 0; n < 12; n++) log.error({}, 'down');
    log.error({}, 'gone');
    log.flush();
    log.flush();
    const message = 'lines like this were suppressed';
    expect(memory.lines.slice(21)).toEqual([
      { level: 'warn', message, fields: { line: 'slow', code: 'A', suppressed: 15 } },
      { level: 'error', message, fields: { line: 'down', suppressed: 2 } },
    ]);
  });

  it('keeps 256 kinds; further ones share what is left until older ones are over', () => {
    const { memory, log, clock } = stage();
    for (let code = 0; code < 1_000; code++) log.warn({ code: `${code}` }, 'failed');
    expect(memory.lines.length).toBe(256 + 10 + 7);
    clock.advance(60_000);
    log.warn({ code: 'new' }, 'failed');
    log.flush();
    expect(memory.lines.slice(273)).toEqual([
      {
        level: 'warn',
        message: 'lines like this were suppressed',
        fields: { line: 'others', suppressed: 34 },
      },
      { level: 'warn', message: 'failed', fields: { code: 'new' } },
    ]);
  });

  it('accounts for every line, whatever comes when', () => {
    const line = fc.record({
      level: fc.constantFrom('debug', 'info', 'warn', 'error'),
      message: fc.constantFrom('a', 'b'),
      code: fc.integer({ min: 0, max: 300 }).map(String),
      times: fc.integer({ min: 1, max: 300 }),
      afterMs: fc.constantFrom(0, 1, 999, 1_000, 60_000),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (given) => {
        const { memory, log, clock } = stage();
        for (const { level, message, code, times, afterMs } of given) {
          clock.advance(afterMs);
          for (let n = 0; n < times; n++) log[level]({ code }, message);
        }
        log.flush();
        const { told, suppressed } = counted(memory);
        expect(told + suppressed).toBe(given.reduce((sum, { times }) => sum + times, 0));
      }),
    );
  });
});

describe('a runtime', () => {
  it('tells when it shuts down how many failures it did not log', async () => {
    const { runtime, world, clock } = await begin();
    const pool = runtime.supervisor('pool');
    for (let n = 0; n < 25; n++) {
      const child = pool.start(`${n}`, counterMachine, { restart: 'temporary' });
      child.tell({ type: 'boom' });
    }
    await clock.advanceAsync(0);
    await Promise.all([runtime.shutdown(), clock.advanceAsync(60_000)]);
    const lines = world.log.lines.filter(({ message, fields }) => {
      return message === 'an actor failed' || fields.line === 'an actor failed';
    });
    expect([lines.length, lines.at(-1)?.fields]).toEqual([
      11,
      { line: 'an actor failed', suppressed: 15 },
    ]);
  });
});
