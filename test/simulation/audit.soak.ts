import { describe, expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { runAudit } from './audit.ts';

describe('an audit log under faults of disk, clock and process', () => {
  it.each(seedsFor({ ci: 150, full: 10_000 }))(
    'keeps every promise, from seed %i',
    async (seed) => {
      expect((await runAudit(seed)).violations).toEqual([]);
    },
  );
});
