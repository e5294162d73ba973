import { type AnyActorRef, type InspectionEvent, isMachineSnapshot } from 'xstate';
import { Child } from '../kernel/child.ts';
import type { ActorSystem } from '../kernel/xstate.ts';
import { ownerOf, takenIn } from '../kernel/xstate.ts';
import type { LineList } from './line-list.ts';
import type { Roster } from './roster.ts';
import { statesIn, type ToldCharts } from './told-charts.ts';

interface Told {
  readonly roster: Roster;
  readonly charts: ToldCharts;
  readonly nowMs: number;
  readonly lines: LineList;
  nameOf(type: string): string;
  /** Does `work`, and fails nobody. */
  guard(work: () => void): void;
}

/** Events that begin and end an actor, which its row tells of. */
const BOUNDS = new Set(['xstate.init', 'xstate.stop']);

/** Tells what all actors do as lines. It costs each event: it is there while somebody watches. */
export const tap = (system: ActorSystem, told: Told) =>
  system.watch((event) => told.guard(() => tell(told, event)));

function tell(told: Told, event: InspectionEvent): void {
  const ref = event.actorRef as AnyActorRef;
  if (event.type === '@xstate.actor') told.roster.came(ref);
  else if (event.type === '@xstate.snapshot') tellBeginning(told, ref, event);
  else if (event.type === '@xstate.event') tellEvent(told, ref, event);
  else if (event.type === '@xstate.microstep') tellMove(told, ref, event);
}

/** What is told to an actor of the tree from outside was told when it took it in. */
function tellEvent(
  told: Told,
  ref: AnyActorRef,
  { event, sourceRef }: Extract<InspectionEvent, { type: '@xstate.event' }>,
): void {
  const { roster, lines, nowMs } = told;
  const to = roster.idOfRef(ref);
  if (to === -1 || BOUNDS.has(event.type)) return;
  if (sourceRef === undefined && ownerOf(ref) instanceof Child) return;
  const from = sourceRef === undefined ? -1 : roster.idOfRef(sourceRef as AnyActorRef);
  lines.event(nowMs, from, to, told.nameOf(event.type));
}

/** In which states an actor begins: that is no transition, and yet a move of who was restarted. */
function tellBeginning(
  { roster, charts, lines, nowMs }: Told,
  ref: AnyActorRef,
  { event, snapshot }: Extract<InspectionEvent, { type: '@xstate.snapshot' }>,
): void {
  const id = roster.idOfRef(ref);
  if (id === -1 || event.type !== 'xstate.init' || !isMachineSnapshot(snapshot)) return;
  const chart = charts.of(snapshot.machine);
  if (chart !== undefined) lines.move(nowMs, id, statesIn(chart, snapshot.value), []);
}

function tellMove(
  { roster, charts, lines, nowMs }: Told,
  ref: AnyActorRef,
  event: Extract<InspectionEvent, { type: '@xstate.microstep' }>,
): void {
  const id = roster.idOfRef(ref);
  const { snapshot } = event;
  if (id === -1 || !isMachineSnapshot(snapshot)) return;
  const taken = takenIn(event);
  if (taken.length === 0) return;
  const chart = charts.of(snapshot.machine);
  if (chart === undefined) return;
  const { edgeAt } = chart;
  const edges = taken.map((each) => edgeAt.get(each)).filter((edge) => edge !== undefined);
  const once = edges.map((edge) => [edge, 1] as const);
  lines.move(nowMs, id, statesIn(chart, snapshot.value), once);
}
