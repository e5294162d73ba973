import { expect, it } from 'vitest';
import { isOfInspector, isPage, paths } from '../../../runtime/endpoints/paths.ts';

it('a page is where it is alone', () => {
  expect(paths.every(isPage)).toBe(true);
  const odd = ['', '/', '/livez/', '//livez', '/LIVEZ', '/constructor', '/__proto__', 'livez'];
  expect(odd.filter(isPage)).toEqual([]);
});

it('an inspector has its place, and all below', () => {
  expect(['/inspector', '/inspector/', '/inspector/a/b'].every(isOfInspector)).toBe(true);
  const odd = ['', '/', '/inspectors', '/INSPECTOR/', '//inspector/', '/a/inspector/'];
  expect(odd.filter(isOfInspector)).toEqual([]);
});
