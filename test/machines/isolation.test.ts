import { expect, it } from 'vitest';
import { choicesFor, isAsStrong, isolations } from '../../machines/isolation.ts';

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
