import { expect, it } from 'vitest';
import { LogMode } from '../../actors/log-mode.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { kernelOn } from './audit-stage.ts';

function stage() {
  const clock = new VirtualClock();
  const told: [string, string, Readonly<Record<string, unknown>>][] = [];
  const asked: string[] = [];
  const mode = new LogMode(
    kernelOn(clock, told),
    { reopenMs: 5_000, replayMs: 5_000 },
    {
      onReopen: () => asked.push('reopen'),
      onReplay: () => asked.push('replay'),
      onFailed: (because) => asked.push(`failed: ${because}`),
    },
  );
  return { clock, told, asked, mode };
}

it('the mode of a log says since when it is so, why, and what may still be done', () => {
  const { clock, asked, mode } = stage();
  const { standing: whole } = mode;
  clock.advance(5);
  mode.send({ type: 'append.failed', because: 'no room', code: 'NO_SPACE' });
  const { standing: lost } = mode;
  clock.advance(600);
  mode.send({ type: 'tampering.found', because: 'a byte' });
  expect([whole, lost, mode.standing]).toEqual([
    { mode: 'readWrite', sinceMs: 0, because: 'audit.opened', code: null, isRefusing: false },
    { mode: 'spooling', sinceMs: 5, because: 'no room', code: 'NO_SPACE', isRefusing: false },
    { mode: 'failed', sinceMs: 605, because: 'a byte', code: null, isRefusing: true },
  ]);
  expect(asked).toEqual(['reopen', 'failed: a byte']);
});

it('that writes are refused, and no longer, is told though the mode stays as it is', () => {
  const { told, mode } = stage();
  const writes: boolean[] = [];
  mode.send({ type: 'append.failed', because: 'no room', code: 'NO_SPACE' });
  for (const type of ['space.low', 'space.low', 'space.regained'] as const) {
    mode.send({ type });
    writes.push(mode.standing.isRefusing);
  }
  expect([mode.mode, writes, told.slice(2).map(([type]) => type)]).toEqual([
    'spooling',
    [true, true, false],
    ['audit.space.low', 'audit.writes.refused', 'audit.writes.served'],
  ]);
});

it('a log that is closed heeds nothing more', () => {
  const { mode, told } = stage();
  mode.send({ type: 'audit.close' });
  mode.send({ type: 'tampering.found', because: 'a byte' });
  expect([mode.mode, mode.isTaking, told.map(([type]) => type)]).toEqual([
    'closed',
    false,
    ['audit.moved'],
  ]);
});
