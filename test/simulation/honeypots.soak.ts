import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bands } from '../../machines/suspicion.ts';
import { sectionOf, table, withSections } from '../docs/section.ts';
import { seedsFor } from '../seeds.ts';
import { kinds, type Met, swarmOf } from './honeypots.ts';

const page = fileURLToPath(new URL('../../SECURITY.md', import.meta.url));
/** What is reported, and what thresholds are chosen by: never the same swarms. */
const reported = Array.from({ length: 6 }, (_, nth) => nth + 1);
const tuned = seedsFor({ ci: 3, full: 100 }).map((seed) => 1_000 + seed);
const thresholds = [15, 20, 25, 30, 35, 40, 45, 60, 80];

/** Of those that are flagged, how many are not honest; at the least to be watched. */
const PRECISION_MIN = 0.8;
/** No honest peer comes nearer to being suspect. */
const MARGIN = 5;

const met = reported.flatMap(swarmOf);
const flagged = (met: readonly Met[], from: number): readonly Met[] =>
  met.filter(({ score }) => score >= from);
const bad = (met: readonly Met[]): readonly Met[] => met.filter(({ isHonest }) => !isHonest);

function precisionOf(met: readonly Met[], from: number): number {
  const found = flagged(met, from);
  return found.length === 0 ? 1 : bad(found).length / found.length;
}

const recallOf = (met: readonly Met[], from: number): number =>
  flagged(bad(met), from).length / bad(met).length;

/** Where to watch, and where to suspect, by what was met. */
function chosenBy(met: readonly Met[]): { readonly watched: number; readonly suspect: number } {
  const all = Array.from({ length: 20 }, (_, nth) => 5 * (nth + 1));
  const mostHonest = Math.max(...met.filter(({ isHonest }) => isHonest).map(({ score }) => score));
  const watched = all.find((from) => precisionOf(met, from) >= PRECISION_MIN) ?? 100;
  const suspect = all.find((from) => from >= mostHonest + MARGIN) ?? 100;
  return { watched, suspect };
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function report(met: readonly Met[]): string {
  const ofKind = Object.entries(kinds).map(([name, { isHonest }]) => {
    const all = met.filter(({ kind }) => kind === name);
    const shares = thresholds.map((from) => percent(flagged(all, from).length / all.length));
    return [name, isHonest ? 'yes' : 'no', `${all.length}`, ...shares];
  });
  const counts = [`${met.length - bad(met).length}`, `${bad(met).length}`];
  return table(
    ['kind', 'honest', 'peers', ...thresholds.map((from) => `${from}`)],
    [
      ...ofKind,
      [
        '**precision**',
        '',
        counts.join(' + '),
        ...thresholds.map((from) => percent(precisionOf(met, from))),
      ],
      [
        '**recall**',
        '',
        counts[1] ?? '',
        ...thresholds.map((from) => percent(recallOf(met, from))),
      ],
    ],
  );
}

it('whoever is watched, and who is suspect, is chosen by swarms that are not reported', () => {
  const { watched, suspect } = bands;
  expect(chosenBy(tuned.flatMap(swarmOf))).toEqual({ watched, suspect });
});

it('SECURITY has how many of each kind are found; HOLDFAST_WRITE=docs renews', () => {
  const made = report(met);
  const section = { name: 'honeypots', make: () => made };
  if (process.env.HOLDFAST_WRITE === 'docs') {
    writeFileSync(page, withSections(readFileSync(page, 'utf8'), [section]));
  }
  console.log(made);
  expect(sectionOf(readFileSync(page, 'utf8'), 'honeypots')).toBe(made);
});

it('no honest peer is ever suspect, and whoever lies about what does not exist always is', () => {
  const suspects = flagged(met, bands.suspect);
  const of = (name: string) => suspects.filter(({ kind }) => kind === name).length;
  const all = reported.length * (kinds['obliging honeypot']?.count ?? 0);
  expect([suspects.filter(({ isHonest }) => isHonest), of('obliging honeypot')]).toEqual([[], all]);
});
