import { expect, it } from 'vitest';
import { chooseTheme, keepTheme, theme } from '../../../../runtime/inspector/page/theme.ts';

function keeper(isDark: boolean, before: string | null) {
  const kept: string[] = [];
  let change: ((now: { readonly matches: boolean }) => void) | undefined;
  keepTheme({
    wish: {
      matches: isDark,
      addEventListener: (_, listen) => {
        change = listen;
      },
    },
    store: { getItem: () => before, setItem: (_, value) => kept.push(value) },
  });
  return { kept, change: (matches: boolean) => change?.({ matches }) };
}

it('is as the system is, and changes with it', () => {
  const { change } = keeper(true, null);
  expect(theme.value).toBe('dark');
  change(false);
  expect(theme.value).toBe('light');
});

it('is as somebody chose here, now and later', () => {
  const { kept, change } = keeper(true, null);
  chooseTheme('light');
  change(true);
  expect([theme.value, kept]).toEqual(['light', ['light']]);
  keeper(true, 'light');
  expect(theme.value).toBe('light');
  keeper(true, 'green');
  expect(theme.value).toBe('dark');
});
