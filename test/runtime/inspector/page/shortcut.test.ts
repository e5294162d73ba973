import { expect, it } from 'vitest';
import { shortcutOf } from '../../../../runtime/inspector/page/shortcut.ts';

const views = { t: 'timeline', g: 'graph' };

it('goes to a view after g only', () => {
  expect(shortcutOf('t', false, views)).toBeUndefined();
  expect(shortcutOf('t', true, views)).toEqual({ does: 'go', view: 'timeline' });
  expect(shortcutOf('g', false, views)).toEqual({ does: 'begun' });
  expect(shortcutOf('g', true, views)).toEqual({ does: 'go', view: 'graph' });
});

it('searches, helps and leaves', () => {
  expect(['/', '?', 'Escape', 'x'].map((key) => shortcutOf(key, false, views)?.does)).toEqual([
    'search',
    'help',
    'leave',
    undefined,
  ]);
});
