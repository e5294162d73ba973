import { expect, it } from 'vitest';
import { isPage, paths } from '../../../runtime/endpoints/paths.ts';

it('a page is where it is alone', () => {
  expect(paths.every(isPage)).toBe(true);
  const odd = ['', '/', '/livez/', '//livez', '/LIVEZ', '/constructor', '/__proto__', 'livez'];
  expect(odd.filter(isPage)).toEqual([]);
});
