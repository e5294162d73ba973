import { describe, expect, it } from 'vitest';
import { MemoryLog } from '../../../runtime/sim/log.ts';
import { logContract } from '../../contracts/log.contract.ts';

logContract('a log in memory', () => {
  const log = new MemoryLog();
  const told = () =>
    log.lines
      .filter(({ level }) => level === 'warn' || level === 'error')
      .map(({ level, message, fields }) => [level, message, fields] as const);
  return { log, told };
});

describe('a log in memory', () => {
  it('keeps lines of every level', () => {
    const log = new MemoryLog();
    log.debug({ a: 1 }, 'one');
    log.info({ a: 2 }, 'two');
    expect(log.lines).toEqual([
      { level: 'debug', message: 'one', fields: { a: 1 } },
      { level: 'info', message: 'two', fields: { a: 2 } },
    ]);
  });

  it('keeps the newest 10,000 lines', () => {
    const log = new MemoryLog();
    for (let count = 0; count < 10_003; count++) log.info({ count }, '');
    expect(log.lines.map(({ fields }) => fields.count)).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index + 3),
    );
  });
});
