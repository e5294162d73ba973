/**
 * Shipped files that nothing imports, each with who will. An entry that is not needed any more is a
 * finding, so that this list ends empty.
 */
export const notYetUsed: Readonly<Record<string, string>> = {
  'machines/isolation.machine.ts': 'part 7: actors/isolation.actor.ts',
  'actors/vm.actor.ts': 'part 7: actors/vm-pool.ts',
  'runtime/sim/vm-drivers.ts': 'part 7: runtime/sim/stage.ts',
  'runtime/world/vm/guest-line.ts': 'part 7: the drivers of process and microvm',
};
