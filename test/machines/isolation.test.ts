import { expect, it } from 'vitest';
import {
  choicesFor,
  floorOf,
  isAsStrong,
  isolations,
  levelWithin,
} from '../../machines/isolation.ts';
import { levels } from '../../machines/trust.ts';

it('work runs as it asks, or weaker down to its floor, or stronger; never below its floor', () => {
  const choices = isolations.flatMap((isolation) =>
    isolations
      .filter((floor) => isAsStrong(isolation, floor))
      .map((floor) => [isolation, floor, choicesFor(isolation, floor).join(' ')]),
  );
  expect(choices).toEqual([
    ['isolate', 'isolate', 'isolate process microvm'],
    ['process', 'isolate', 'process isolate microvm'],
    ['process', 'process', 'process microvm'],
    ['microvm', 'isolate', 'microvm process isolate'],
    ['microvm', 'process', 'microvm process'],
    ['microvm', 'microvm', 'microvm'],
  ]);
});

it('the more a method may do, the stronger is what its code is kept in by', () => {
  expect(levels.map((level) => floorOf(level))).toEqual([
    ...['isolate', 'isolate', 'isolate', 'process', 'microvm'],
  ]);
});

it('a level reaches no higher than what can be kept in, and never above itself', () => {
  const table = [...isolations, undefined].map((best) =>
    levels.map((level) =>
      levelWithin(level, (floor) => best !== undefined && isAsStrong(best, floor)),
    ),
  );
  expect(table).toEqual([
    ['untrusted', 'basic', 'verified', 'verified', 'verified'],
    ['untrusted', 'basic', 'verified', 'privileged', 'privileged'],
    ['untrusted', 'basic', 'verified', 'privileged', 'critical'],
    ['untrusted', 'untrusted', 'untrusted', 'untrusted', 'untrusted'],
  ]);
});
