import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../runtime/sim/scenario.ts';
import { type Noun, plays } from './plays.ts';

const folder = new URL('corpus/', import.meta.url);

/** Scenarios that broke a promise once, or break it where a mutant is planted. */
const corpus = readdirSync(folder).map((file) => {
  const entry: { play: Noun; found: string; scenario: unknown } = JSON.parse(
    readFileSync(new URL(file, folder), 'utf8'),
  );
  return { file, ...entry };
});

describe('a scenario that broke a promise once', () => {
  it.each(corpus)('breaks none: $file, $found', async ({ play, scenario }) => {
    const { violations } = await plays[play].run(readScenario(scenario));
    expect(violations).toEqual([]);
  });
});
