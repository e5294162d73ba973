import { isAtLeast, type Level, levels } from './trust.ts';

/** What stands between a guest and the host, weakest first. */
export const isolations = ['isolate', 'process', 'microvm'] as const;
export type Isolation = (typeof isolations)[number];

const strengthOf = (isolation: Isolation): number => isolations.indexOf(isolation);

export const isAsStrong = (isolation: Isolation, floor: Isolation): boolean =>
  strengthOf(isolation) >= strengthOf(floor);

/**
 * Where work may run that asks for `isolation` and accepts no less than `floor`, best first: as
 * asked, then what is weaker, down to the floor; then what is stronger, which costs more.
 */
export function choicesFor(isolation: Isolation, floor: Isolation): readonly Isolation[] {
  const weaker = isolations.filter((one) => !isAsStrong(one, isolation) && isAsStrong(one, floor));
  const stronger = isolations.filter((one) => one !== isolation && isAsStrong(one, isolation));
  return [isolation, ...weaker.reverse(), ...stronger];
}

const floors: Readonly<Record<Level, Isolation>> = {
  untrusted: 'isolate',
  basic: 'isolate',
  verified: 'isolate',
  privileged: 'process',
  critical: 'microvm',
};

/** The least isolation of code that serves whoever has that level. */
export const floorOf = (level: Level): Isolation => floors[level];

/** What a level comes to for methods whose code has to be kept in, by what can be had. */
export const levelWithin = (level: Level, canHave: (floor: Isolation) => boolean): Level =>
  levels.findLast((each) => isAtLeast(level, each) && canHave(floors[each])) ?? 'untrusted';
