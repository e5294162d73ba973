import { computed, signal } from '@preact/signals';

export type Theme = 'dark' | 'light';

const THEME = 'holdfast.theme';

/** What a browser is asked for, and keeps. */
export interface ThemeKeeper {
  readonly wish: Wish & {
    addEventListener(kind: 'change', listen: (now: Wish) => void): void;
  };
  readonly store: {
    getItem(name: string): string | null;
    setItem(name: string, value: string): void;
  };
}

/** Whether the system is dark. */
interface Wish {
  readonly matches: boolean;
}

const wished = signal<Theme>('light');
const chosen = signal<Theme | undefined>(undefined);
let kept: ThemeKeeper['store'] | undefined;

/** As somebody chose here, or else as their system is. */
export const theme = computed((): Theme => chosen.value ?? wished.value);

export function keepTheme({ wish, store }: ThemeKeeper): void {
  const before = store.getItem(THEME);
  chosen.value = before === 'dark' || before === 'light' ? before : undefined;
  wished.value = wish.matches ? 'dark' : 'light';
  wish.addEventListener('change', ({ matches }) => {
    wished.value = matches ? 'dark' : 'light';
  });
  kept = store;
}

export function chooseTheme(other: Theme): void {
  chosen.value = other;
  kept?.setItem(THEME, other);
}
