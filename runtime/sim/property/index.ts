export {
  type ActorStep,
  type EventsOptions,
  eventsOf,
  type Payloads,
  playSteps,
} from './events-of.ts';
export { type Failure, findFailure, type SearchOptions } from './failure.ts';
export { type PropertyOptions, property } from './property.ts';
export { diagramOf, report } from './report.ts';
export { type ScenarioOptions, scenarios } from './scenarios.ts';
export { type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';
export type { Play, Playbook, Trial } from './trial.ts';
