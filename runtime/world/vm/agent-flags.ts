/**
 * How Node runs agent.mjs at every level: without a compiler, and so that what a guest may get hold
 * of outside of its realm makes no code and cannot be changed.
 */
export const agentFlags = [
  '--jitless',
  // Else a thread of the collector that finds no memory ends it, as a crash of any kind would.
  '--single-threaded-gc',
  '--no-warnings',
  '--disallow-code-generation-from-strings',
  '--frozen-intrinsics',
  // Else it does not ask the agent what comes of an import.
  '--experimental-vm-modules',
] as const;
