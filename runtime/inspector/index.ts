export type { InspectorPart } from '../inspected.ts';
export type { InspectorOptionsInput } from '../options/inspector.ts';
export { inspector } from './inspector.ts';
