import { describe, expect, it } from 'vitest';
import { Checks, said } from '../../../runtime/sim/checks.ts';
import type { Invariant, Violation } from '../../../runtime/sim/scenario.ts';

interface Stock {
  readonly left: number;
}

const few: Invariant<Stock> = {
  name: 'few are left',
  always: ({ left }) => (left > 3 ? `${left} are left` : undefined),
};
const none: Invariant<Stock> = {
  name: 'none is left',
  withinMs: 5_000,
  eventually: ({ left }) => (left > 0 ? `${left} are left` : undefined),
};
const some: Invariant<Stock> = { name: 'usual time', eventually: () => undefined };
const broken: Invariant<Stock> = {
  name: 'broken',
  always: () => {
    throw new Error('of a check');
  },
};

function checks(...invariants: Invariant<Stock>[]) {
  const told: Violation[] = [];
  const made = new Checks(
    invariants,
    () => 70,
    (violation) => told.push(violation),
  );
  return { made, told };
}

describe('the invariants of a run', () => {
  it('are told of once each, with what was wrong first', () => {
    const { made, told } = checks(few, none);
    for (const left of [3, 4, 5]) made.always({ left });
    expect(made.violations).toEqual([
      { invariant: 'few are left', atMs: 70, detail: '4 are left' },
    ]);
    expect(told).toEqual(made.violations);
  });

  it('say no more than a page, whatever threw', () => {
    const { made } = checks(few);
    made.violate('workload', 'x'.repeat(5_000));
    const detail = `${'x'.repeat(2_000)}… (5000 characters)`;
    expect(made.violations).toEqual([{ invariant: 'workload', atMs: 70, detail }]);
  });

  it('that are to hold in the end are asked then, after a minute if not told when', () => {
    const { made } = checks(few, none, some);
    expect(made.waits).toEqual([5_000, 60_000]);
    made.eventually(60_000, { state: { left: 1 } }, '');
    expect(made.violations).toEqual([]);
    made.eventually(5_000, { state: { left: 1 } }, '');
    expect(made.violations).toEqual([
      { invariant: 'none is left', atMs: 70, detail: '1 are left' },
    ]);
  });

  it('do not hold in the end if no process is there to ask', () => {
    const { made } = checks(none);
    made.eventually(5_000, undefined, 'the process cannot start');
    expect(made.violations).toEqual([
      { invariant: 'none is left', atMs: 70, detail: 'the process cannot start' },
    ]);
  });

  it('do not hold if they cannot be told', () => {
    const { made } = checks(broken);
    made.always({ left: 1 });
    expect(made.violations).toEqual([
      { invariant: 'broken', atMs: 70, detail: 'it threw Error: of a check' },
    ]);
  });
});

describe('what an invariant says', () => {
  it.each([
    ['a promise', async () => 'late'],
    ['a promise', () => Promise.reject(new Error('that nobody awaits'))],
    ['null', () => null],
    ['7', () => 7],
  ])('is a string or undefined, not %s', (got, always) => {
    const odd: object = { name: 'odd', always };
    const { made } = checks(odd as Invariant<Stock>);
    const because = `the invariant "odd" must return a string or undefined, got ${got}`;
    expect(() => made.always({ left: 1 })).toThrow(new TypeError(because));
    expect(made.violations).toEqual([]);
  });
});

describe('an error in a line', () => {
  it('is its name and message, or what was thrown instead', () => {
    expect([said(new RangeError('far')), said('thrown')]).toEqual(['RangeError: far', 'thrown']);
  });
});
