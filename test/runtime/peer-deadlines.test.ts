import { expect, it } from 'vitest';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { deadlinesOf } from '../../runtime/peer-deadlines.ts';

const DAY = 86_400_000;

it('a connection has the deadlines that were asked for, and new keys each day', () => {
  const { timeouts } = runtimeOptions.parse({ timeouts: { idleMs: 50_000, handshakeMs: 7_000 } });
  const deadlines = deadlinesOf(timeouts);
  expect(deadlines).toMatchObject({
    ...{ idleMs: 50_000, throttledMs: 50_000 },
    ...{ handshakeMs: 7_000, upgradeMs: 7_000, verifyMs: 7_000 },
    ...{ rotateMs: DAY, overdueMs: (25 * DAY) / 24, verifyEveryMs: 300_000 },
  });
});
