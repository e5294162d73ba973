import { describe, expect, it } from 'vitest';
import { once } from '../once.ts';
import { runTree } from './trees.ts';

const runs = new Map(
  Array.from({ length: 40 }, (_, index) => [index + 1, once(() => runTree(index + 1))]),
);

describe('random supervision trees with random crashes', () => {
  it.each([...runs])('keep every promise, and replay the same, from seed %i', async (seed, run) => {
    const [first, second] = [await run(), await runTree(seed)];
    expect(first.violations).toEqual([]);
    expect(second.trace).toBe(first.trace);
  });

  it('have met, over these seeds, everything that can happen to a tree', async () => {
    const seen = new Set<string>();
    for (const run of runs.values()) for (const what of (await run()).seen) seen.add(what);
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
