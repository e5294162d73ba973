import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { hunt } from './hunt.ts';
import { nouns } from './plays.ts';

/** One play alone, and where to write what is found: for the mutants. */
const { HOLDFAST_HUNT: only, HOLDFAST_HUNT_FILE: file } = process.env;

it.each(nouns.filter((noun) => only === undefined || noun === only))(
  'a hunt through %s finds nothing',
  async (noun) => {
    const found = await hunt(noun, seedsFor({ ci: 4, full: 300 }));
    if (found !== undefined && file !== undefined) writeFileSync(file, JSON.stringify(found));
    expect(found).toBeUndefined();
  },
);
