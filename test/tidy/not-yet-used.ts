/**
 * Shipped files that nothing imports, each with who will. An entry that is not needed any more is a
 * finding, so that this list ends empty.
 */
export const notYetUsed: Readonly<Record<string, string>> = {
  'runtime/inspector/protocol.ts': 'the page, and the inspector',
  'runtime/inspector/panel-shapes.ts': 'the page, and the inspector',
};
