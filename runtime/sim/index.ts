export type { Witness } from '../../actors/world.ts';
export type { MemoryFiles } from '../world/memory-files.ts';
export type { MemoryKv } from '../world/memory-kv.ts';
export type { VirtualClock } from './clock.ts';
export type { Coverage } from './coverage.ts';
export { checkDeterminism, type Determinism } from './determinism.ts';
export type { LogLine, MemoryLog } from './log.ts';
export { type Attacker, type Passing, SimNetwork, type Weather } from './network.ts';
export {
  type Fault,
  type Invariant,
  readScenario,
  type Scenario,
  type Violation,
} from './scenario.ts';
export type { SimSignals } from './signals.ts';
export { type Simulation, type SimulationResult, simulate } from './simulate.ts';
export type { Stage, StageWorld } from './stage.ts';
export { type FaultKind, type SwarmOptions, swarm } from './swarm.ts';
export { factEntry, ndjson, type TraceLine, traceHash } from './trace.ts';
export { type Walk, type WalkOptions, walk } from './walk.ts';
export { type SimWorld, simWorld } from './world.ts';
