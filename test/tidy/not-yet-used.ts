/**
 * Shipped files that nothing imports, each with who will. An entry that is not needed any more is a
 * finding, so that this list ends empty.
 */
export const notYetUsed: Readonly<Record<string, string>> = {};
