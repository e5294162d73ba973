import type { Command, Delta, Line, Row, Snapshot } from '../../../runtime/inspector/protocol.ts';
import { Recorder } from '../../../runtime/inspector/recorder.ts';
import { openWatch, type Viewer } from '../../../runtime/inspector/stream.ts';
import { Charts } from '../../../runtime/kernel/charts.ts';
import { Kernel } from '../../../runtime/kernel/kernel.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { Supervisor } from '../../../runtime/supervisor.ts';

export interface Told {
  readonly event: string;
  readonly id?: number;
  readonly data: unknown;
}

/** A kernel on virtual time with a recorder, which may be watched. */
export function watched(panelOf: (name: string) => unknown = () => ({})) {
  const world = simWorld({ seed: 1 });
  const kernel = new Kernel(world, runtimeOptions.parse({}), supervisorOptions.parse({}), () => {});
  const recorder = new Recorder(kernel);
  const charts = new Charts(kernel, world.random.stream('charts'));
  const random = world.random.stream('inspector');
  const watch = openWatch({ name: 'shop', kernel, random }, recorder, panelOf);
  const open = (...commands: readonly Command[]) =>
    watch.open({ commands, why: 'none were granted' });
  const top = new Supervisor(kernel.root);
  return { world, clock: world.clock, kernel, recorder, charts, watch, open, top };
}

/** All that a viewer may take now. */
export function taken(viewer: Viewer): Told[] {
  const told: Told[] = [];
  for (let text = viewer.take(); text !== undefined; text = viewer.take()) told.push(parse(text));
  return told;
}

function parse(text: string): Told {
  const [, event = '', id, data = ''] =
    /^event: (\w+)\n(?:id: (\d+)\n)?data: (.*)\n\n$/.exec(text) ?? [];
  return { event, ...(id === undefined ? {} : { id: Number(id) }), data: JSON.parse(data) };
}

const dataOf = <Data>(told: readonly Told[], event: string): Data[] =>
  told.filter((each) => each.event === event).map(({ data }) => data as Data);

export function snapshotOf(viewer: Viewer): Snapshot {
  const [snapshot] = dataOf<Snapshot>(taken(viewer), 'snapshot');
  if (snapshot === undefined) throw new Error('no snapshot was told');
  return snapshot;
}

export const deltasOf = (viewer: Viewer): Delta[] => dataOf<Delta>(taken(viewer), 'delta');

/** By name. */
export const rowOf = ({ rows = [] }: Pick<Delta, 'rows'>, name: string): Row | undefined =>
  rows.find((row) => row[2] === name);

export const linesOf = (deltas: readonly Delta[], kind: Line[0]): Line[] =>
  deltas.flatMap(({ lines = [] }) => lines.filter((line) => line[0] === kind));
