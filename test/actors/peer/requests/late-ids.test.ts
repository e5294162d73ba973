import { expect, it } from 'vitest';
import { LateIds } from '../../../../actors/peer/requests/late-ids.ts';

it('the last 1,024 ids are known one by one, those before by the highest of them', () => {
  const late = new LateIds();
  for (let id = 11; id <= 2_057; id += 2) late.add(id);
  expect([9, 11, 12, 13, 2_057, 2_059].map((id) => late.has(id))).toEqual([
    ...[false, true, false, true, true, false],
  ]);
  late.add(3_001);
  expect([9, 11, 12, 13, 3_001, 3_003].map((id) => late.has(id))).toEqual([
    ...[true, true, false, true, true, false],
  ]);
});
