import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../actors/world.ts';
import { lineLog } from '../../../runtime/world/log.ts';
import { logContract } from '../../contracts/log.contract.ts';

const levels: Readonly<Record<number, string>> = { 40: 'warn', 50: 'error' };

function stage() {
  const texts: string[] = [];
  const lines = (): LogFields[] => texts.map((text): LogFields => JSON.parse(text));
  return { texts, lines, log: lineLog((text) => texts.push(text)) };
}

logContract('a log of lines', () => {
  const { log, lines } = stage();
  const told = () =>
    lines().map(({ level, time, msg, ...fields }) => {
      return [levels[Number(level)] ?? String(level), String(msg), fields] as const;
    });
  return { log, told };
});

class OddError extends Error {
  readonly code = 'ODD';
}

describe('a log of lines', () => {
  it('writes one line of JSON for each warning and error, and nothing for less', () => {
    const { log, texts, lines } = stage();
    log.debug({ a: 1 }, 'nothing');
    log.info({ a: 1 }, 'nothing');
    log.warn({ name: 'orders', text: 'two\nlines' }, 'slow\ndown');
    const time = expect.any(Number);
    expect(lines()).toEqual([
      { level: 40, time, msg: 'slow\ndown', name: 'orders', text: 'two\nlines' },
    ]);
    expect(texts.map((text) => text.indexOf('\n') === text.length - 1)).toEqual([true]);
    expect(Object.keys(lines()[0] ?? {})).toEqual(['level', 'time', 'msg', 'name', 'text']);
  });

  it('writes errors with their code and their causes', () => {
    const { log, lines } = stage();
    const cause = new TypeError('inner');
    const error = new OddError('outer', { cause });
    log.error({ error, nested: [{ cause: 'text' }] }, 'failed');
    expect(lines()[0]).toMatchObject({
      error: {
        name: 'Error',
        message: 'outer',
        stack: error.stack,
        code: 'ODD',
        cause: { name: 'TypeError', message: 'inner', stack: cause.stack },
      },
      nested: [{ cause: 'text' }],
    });
    log.error({ error: cause }, 'failed');
    expect(Object.keys(Object(lines()[1]?.error))).toEqual(['name', 'message', 'stack']);
  });

  it('names a field that cannot be written, and keeps the others', () => {
    const { log, lines } = stage();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    log.warn({ peer: 'a', cyclic, size: 2n ** 64n, error: new Error('boom') }, 'odd');
    expect(lines()[0]).toMatchObject({
      level: 40,
      msg: 'odd',
      peer: 'a',
      cyclic: '[unprintable]',
      size: '18446744073709551616',
      error: { name: 'Error', message: 'boom' },
    });
  });

  it('lets no field say how bad it is, or what happened', () => {
    const { log, lines } = stage();
    log.error({ level: 'verified', msg: 'all is well', time: 0 }, 'refused');
    expect(lines()[0]).toMatchObject({ level: 50, msg: 'refused' });
    expect(lines()[0]?.time).not.toBe(0);
  });

  it('lets no field steer the terminal of whoever reads it', () => {
    const written: string[] = [];
    lineLog((text) => written.push(text)).warn({ peer: '\u009b2J\u202e\n\u2028' }, 'odd');
    expect(written.join('')).toMatch(/"peer":"\\u009b2J\\u202e\\n\\u2028"\}\n$/);
    expect(JSON.parse(written.join(''))).toMatchObject({ peer: '\u009b2J\u202e\n\u2028' });
  });

  it('does not throw when its lines cannot be written', () => {
    const log = lineLog(() => {
      throw new Error('EPIPE');
    });
    expect(log.error({}, 'lost')).toBeUndefined();
  });
});
