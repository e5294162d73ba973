import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { type HealthSettings, healthMachine } from '../../machines/health.machine.ts';
import { input, samples } from './health.fixture.ts';

type Sample = keyof typeof samples;
type Result = 'passes' | 'warns' | 'fails';
type Standing = 'pending' | 'passing' | 'warning' | 'failing';

function checked(settings: HealthSettings = input) {
  const clock = new SimulatedClock();
  const actor = createActor(healthMachine, { input: settings, clock });
  const told: string[] = [];
  actor.on('*', ({ type }) => told.push(type));
  actor.start();
  const send = (...sent: readonly Sample[]): void => {
    for (const sample of sent) actor.send(samples[sample]);
  };
  /** One whole check for each result. */
  const find = (...results: readonly Result[]): void => {
    for (const result of results) send('is begun', result);
  };
  const standing = (): string =>
    ['pending', 'passing', 'warning', 'failing']
      .filter((tag) => actor.getSnapshot().hasTag(tag as Standing))
      .join();
  const isChecking = (): boolean => actor.getSnapshot().hasTag('checking');
  /** What was told of its standing. */
  const moves = (): string[] => told.filter((type) => type.startsWith('health.'));
  return { clock, actor, told, send, find, standing, isChecking, moves };
}

/** How each standing is come by. */
const ways: Readonly<Record<string, readonly Result[]>> = {
  pending: [],
  passing: ['passes'],
  'warning since it failed once': ['passes', 'fails'],
  'warning since it failed twice': ['passes', 'fails', 'fails'],
  'warning, and passed once since': ['passes', 'warns', 'passes'],
  failing: ['fails'],
  'failing, and passed once since': ['fails', 'passes'],
  'failing, and warned once since': ['fails', 'warns'],
};

const facts = { passing: 'health.passed', warning: 'health.warned', failing: 'health.failed' };

/** What each result makes of each; null if it stands as it stood. */
const table: Readonly<Record<string, Record<Result, keyof typeof facts | null>>> = {
  pending: { passes: 'passing', warns: 'warning', fails: 'failing' },
  passing: { passes: null, warns: 'warning', fails: 'warning' },
  'warning since it failed once': { passes: null, warns: null, fails: null },
  'warning since it failed twice': { passes: null, warns: null, fails: 'failing' },
  'warning, and passed once since': { passes: 'passing', warns: null, fails: null },
  failing: { passes: null, warns: null, fails: null },
  'failing, and passed once since': { passes: 'passing', warns: 'warning', fails: null },
  'failing, and warned once since': { passes: 'warning', warns: 'warning', fails: null },
};

const cells = Object.entries(table).flatMap(([where, row]) =>
  Object.entries(row).map(([result, to]) => [where, result as Result, to] as const),
);

describe(healthMachine.id, () => {
  it.each(cells)('%s, once it %s', (where, result, to) => {
    const check = checked();
    check.find(...(ways[where] ?? []));
    const [before] = where.split(/[ ,]/);
    expect(check.standing()).toBe(before);
    const known = check.moves().length;
    check.find(result);
    expect(check.standing()).toBe(to ?? before);
    expect(check.moves().slice(known)).toEqual(to === null ? [] : [facts[to]]);
  });

  it.each(Object.keys(samples) as Sample[])('is not moved when it %s while it rests', (sample) => {
    const check = checked();
    check.find('passes');
    if (sample !== 'is begun') check.send(sample, sample, sample);
    expect([check.standing(), check.isChecking()]).toEqual(['passing', false]);
  });

  it('begins one when it is due, a little early by chance, and never two at once', () => {
    const check = checked();
    check.find('passes');
    check.clock.increment(28_499);
    const before = check.isChecking();
    check.clock.increment(1);
    check.send('is begun', 'is begun');
    expect([before, check.isChecking()]).toEqual([false, true]);
    expect(check.told.filter((type) => type === 'check.begun').length).toBe(2);
  });

  it('is put off for as long as it is refused, and stands as it stood', () => {
    const check = checked();
    check.find('fails');
    check.send('is begun', 'is refused');
    check.clock.increment(69_999);
    const before = check.isChecking();
    check.clock.increment(1);
    expect([before, check.isChecking(), check.standing()]).toEqual([false, true, 'failing']);
  });

  it('has failed once it hangs, and is begun anew until as many hang as may', () => {
    const check = checked();
    check.find('passes');
    check.send('is begun');
    check.clock.increment(5_000);
    const seen = [[check.standing(), check.isChecking()]];
    for (const ms of [30_000, 5_000, 30_000]) {
      check.clock.increment(ms);
      seen.push([check.standing(), check.isChecking()]);
    }
    check.send('is begun');
    seen.push([check.standing(), check.isChecking()]);
    expect(seen).toEqual([
      ['warning', false],
      ['warning', true],
      ['warning', false],
      ['failing', false],
      ['failing', false],
    ]);
    const count = (type: string): number => check.told.filter((each) => each === type).length;
    expect([count('check.begun'), count('check.overdue')]).toEqual([3, 2]);
  });

  it('is begun anew once one that hung has ended after all', () => {
    const check = checked({ ...input, hangingMax: 1 });
    check.send('is begun');
    check.clock.increment(5_000);
    check.send('is begun');
    const stuck = check.isChecking();
    check.send('ends after all', 'is begun', 'passes');
    check.find('passes');
    expect([stuck, check.standing()]).toEqual([false, 'passing']);
  });

  it('that is read, and never wrong twice, moves at once', () => {
    const check = checked({ ...input, failuresMax: 1, passesMin: 1 });
    const seen = (['passes', 'fails', 'warns', 'fails', 'passes'] as const).map((result) => {
      check.find(result);
      return check.standing();
    });
    expect(seen).toEqual(['passing', 'failing', 'warning', 'failing', 'passing']);
  });
});
