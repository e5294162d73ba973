/** What a key means on the page, away from fields that take text. */
export type Shortcut =
  | { readonly does: 'go'; readonly view: string }
  | { readonly does: 'search' | 'help' | 'leave' | 'begun' };

/** A letter goes to its view after `g` only; `hasBegun` says that `g` was pressed before. */
export function shortcutOf(
  key: string,
  hasBegun: boolean,
  views: Readonly<Record<string, string>>,
): Shortcut | undefined {
  const view = hasBegun ? views[key] : undefined;
  if (view !== undefined) return { does: 'go', view };
  if (key === 'g') return { does: 'begun' };
  if (key === '/') return { does: 'search' };
  if (key === '?') return { does: 'help' };
  return key === 'Escape' ? { does: 'leave' } : undefined;
}
