import { expect, it } from 'vitest';
import { beginLife, live, liveUntil } from './log-life.ts';
import { deaths } from './mortal-files.ts';

it.each(deaths)(
  'a log keeps what it promised, whichever write its process ends at: %s',
  async (death) => {
    const { files, stage, ledger } = beginLife();
    await live(stage, ledger);
    const wrong: string[] = [];
    for (let n = 1; n <= files.writes; n++) wrong.push(...(await liveUntil(n, death)));
    expect(wrong).toEqual([]);
  },
);
