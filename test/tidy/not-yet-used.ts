/**
 * Shipped files that nothing imports, each with who will. An entry that is not needed any more is a
 * finding, so that this list ends empty.
 */
export const notYetUsed: Readonly<Record<string, string>> = {
  'actors/isolation.actor.ts': 'part 7: runtime/sandboxes.ts',
  'runtime/sim/vm-drivers.ts': 'part 7: runtime/sim/stage.ts',
  'runtime/world/vm/isolate/driver.ts': 'part 7: the world of Node',
};
