export type { MemoryFiles } from '../world/memory-files.ts';
export type { MemoryKv } from '../world/memory-kv.ts';
export type { VirtualClock } from './clock.ts';
export type { LogLine, MemoryLog } from './log.ts';
export type { SimSignals } from './signals.ts';
export { type SimWorld, simWorld } from './world.ts';
