import { describe, expect, it } from 'vitest';
import { beginLife, live, liveUntil } from './log-life.ts';
import { deaths } from './mortal-files.ts';

describe('a log whose process ends at any write of its life', () => {
  it('is whole if it never does', async () => {
    const { stage, ledger } = beginLife();
    await live(stage, ledger);
    expect(await stage.verdicts()).toBe('shredded: shredded shredded ok ok');
  });

  // Each write is met in one of the ways; in all of them by `npm run soak -- log-crash`.
  it('keeps what it promised, raises no alarm, and goes on', async () => {
    const { files, stage, ledger } = beginLife();
    await live(stage, ledger);
    const wrong: string[] = [];
    for (let n = 1; n <= files.writes; n++) {
      const [death = 'amid it'] = deaths.slice(n % deaths.length);
      wrong.push(...(await liveUntil(n, death)));
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
