/**
 * The fewest of `items`, in their order, with which it still fails: none of them can be left out
 * alone. Zeller's delta debugging. `fails` is asked for ever smaller lists, never twice in a row
 * for the same; if it answers false without having looked, the result is larger, and still fails.
 */
export async function ddmin<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length === 0 || (await fails([]))) return [];
  let left = items;
  let parts = 2;
  while (left.length > 1) {
    const smaller = await without(left, parts, fails);
    if (smaller !== undefined) {
      left = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (parts < left.length) {
      parts = Math.min(parts * 2, left.length);
    } else break;
  }
  return left;
}

/** `items` without one of `parts` parts of about the same length, if it still fails then. */
async function without<Item>(
  items: readonly Item[],
  parts: number,
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  const size = Math.ceil(items.length / parts);
  for (let at = 0; at < items.length; at += size) {
    const rest = [...items.slice(0, at), ...items.slice(at + size)];
    if (await fails(rest)) return rest;
  }
  return undefined;
}
