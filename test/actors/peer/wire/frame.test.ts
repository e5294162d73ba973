import { expect, it } from 'vitest';
import { encodings, kinds } from '../../../../actors/peer/wire/frame.ts';

it('numbers follow the tables of the specification', () => {
  expect([kinds.indexOf('request'), kinds.indexOf('relay')]).toEqual([0, 13]);
  expect(encodings).toEqual(['nothing', 'json', 'bytes']);
});
