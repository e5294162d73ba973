import { describe, expect, it } from 'vitest';
import { runTree } from './trees.ts';

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe('random supervision trees with random crashes', () => {
  it.each(seeds)('keep every promise, and replay to the same trace, from seed %i', async (seed) => {
    const [first, second] = [await runTree(seed), await runTree(seed)];
    expect(first.violations).toEqual([]);
    expect(second.trace).toBe(first.trace);
  });

  it('have met, over these seeds, everything that can happen to a tree', async () => {
    const seen = new Set<string>();
    for (const seed of seeds) for (const what of (await runTree(seed)).seen) seen.add(what);
    const wanted = [
      'actor.quarantined',
      'actor.restarted',
      'mailbox.dropped',
      'runtime.abandoning',
      'runtime.failed',
      'supervisor.escalated',
      'supervisor.restarted',
      'supervisor.throttled',
      ...['oneForOne', 'oneForAll', 'restForOne'].flatMap((strategy) =>
        ['restart', 'remove', 'escalate'].map((decision) => `${decision} ${strategy}`),
      ),
    ];
    expect(wanted.filter((what) => !seen.has(what))).toEqual([]);
  });
});
