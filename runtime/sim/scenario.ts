import type { Isolation } from '../../machines/isolation.ts';
import { readOptions } from '../options/read.ts';
import { scenario } from '../options/scenario.ts';

/** A fault that ends by itself. Times are milliseconds of virtual time since the run began. */
interface During {
  readonly atMs: number;
  readonly forMs: number;
}

/** What goes wrong in a world, as data. The n-th of anything is counted from 1, over the run. */
export type Fault =
  /** Every call to the disk takes so much longer. */
  | ({ readonly kind: 'disk.slow'; readonly latencyMs: number } & During)
  /** Calls wait until it is over. */
  | ({ readonly kind: 'disk.hang' } & During)
  | ({ readonly kind: 'disk.full' } & During)
  | ({ readonly kind: 'disk.readOnly' } & During)
  /** Every call fails, without having done anything. */
  | ({ readonly kind: 'disk.fail' } & During)
  /** Of a thousand writes, so many fail; of two that do, one has done something. */
  | ({ readonly kind: 'disk.flaky'; readonly perMille: number } & During)
  /** The n-th write fails; of two that do, one has done something. */
  | { readonly kind: 'disk.failAtWrite'; readonly nth: number }
  /** All files are gone. */
  | { readonly kind: 'disk.vanish'; readonly atMs: number }
  /** One bit flips: bit `offset` of the file at place `file` in the order of paths, both modulo. */
  | {
      readonly kind: 'disk.rot';
      readonly atMs: number;
      readonly file: number;
      readonly offset: number;
    }
  /** Half of the n-th write is done when the process dies. It starts again at once. */
  | { readonly kind: 'disk.torn'; readonly nth: number }
  /** The disk says it keeps the writes of that time, and loses them if the process dies in it. */
  | ({ readonly kind: 'disk.unsynced' } & During)
  | { readonly kind: 'process.crash'; readonly atMs: number; readonly downMs: number }
  /** The process dies just before the n-th write. */
  | { readonly kind: 'process.crashAtWrite'; readonly nth: number; readonly downMs: number }
  /** The wall clock jumps. */
  | { readonly kind: 'clock.jump'; readonly atMs: number; readonly byMs: number }
  /** The process stands still, and finds itself so much later. */
  | ({ readonly kind: 'clock.pause' } & During)
  /** The wall clock goes faster, or slower, by so many thousandths. */
  | ({ readonly kind: 'clock.skew'; readonly perMille: number } & During)
  /**
   * Nothing gets from machines whose bit in `sides` is 0 to those whose bit is 1, or back. Machines
   * are counted from 0, the one the run is about, in order and modulo how many there are; the bit
   * is that of the number modulo 31.
   */
  | ({ readonly kind: 'network.partition'; readonly sides: number } & During)
  /** Nothing gets from one machine to the other; the other way stays open. */
  | ({ readonly kind: 'network.bar'; readonly from: number; readonly to: number } & During)
  /** Connections between two machines break, or all of one. */
  | {
      readonly kind: 'network.cut';
      readonly atMs: number;
      readonly one: number;
      readonly other: number;
    }
  /** Of a thousand packets, so many are lost and sent again, or break their connection. */
  | ({
      readonly kind: 'network.weather';
      readonly latencyMs: number;
      readonly lostPerMille: number;
      readonly cutPerMille: number;
    } & During)
  /** Somebody on the path changes, repeats or adds to so many of a thousand messages. */
  | ({ readonly kind: 'network.tamper'; readonly perMille: number } & During)
  /** The process on a machine is killed, and its connections end. */
  | {
      readonly kind: 'machine.kill';
      readonly atMs: number;
      readonly downMs: number;
      readonly machine: number;
    }
  /** A machine loses power: nobody is told before it is back. */
  | {
      readonly kind: 'machine.powerOff';
      readonly atMs: number;
      readonly downMs: number;
      readonly machine: number;
    }
  /** A level of isolation cannot be had. */
  | ({ readonly kind: 'vm.absent'; readonly isolation: Isolation } & During)
  /** A probe of that level succeeds, and no sandbox can be made. */
  | ({ readonly kind: 'vm.barren'; readonly isolation: Isolation } & During)
  /** A sandbox of that level takes for ever to be there, or so much longer. */
  | ({ readonly kind: 'vm.hang'; readonly isolation: Isolation } & During)
  | ({
      readonly kind: 'vm.slow';
      readonly isolation: Isolation;
      readonly latencyMs: number;
    } & During)
  /** What is found in force is another level. */
  | ({ readonly kind: 'vm.lie'; readonly isolation: Isolation } & During)
  /** All sandboxes of that level end, whatever they do. */
  | { readonly kind: 'vm.die'; readonly atMs: number; readonly isolation: Isolation }
  /** The n-th visit of a buggify site fires. */
  | { readonly kind: 'site'; readonly site: string; readonly nth: number };

/** Kinds that are only drawn where they are asked for: not everybody has sandboxes. */
export const isSpecial = (kind: string): boolean => /^(network|machine|vm)\./.test(kind);

/** Kinds that mean nothing to a machine that is alone. */
export const needsNeighbours = (kind: string): boolean => /^(network|machine)\./.test(kind);

/** A run that can be run again: all of it follows from this. */
export interface Scenario {
  readonly v: 1;
  readonly seed: number;
  readonly faults: readonly Fault[];
  /**
   * Which visits of buggify sites fire: those the seed draws and those among the faults, or the
   * latter alone, as once a scenario was shrunk. `drawn` unless given.
   */
  readonly sites?: 'drawn' | 'listed' | undefined;
  /** For the workload to read, whatever it is. */
  readonly workload?: unknown;
  /** When all faults heal, and no more begin; the run goes on until the last `withinMs` is over. */
  readonly horizonMs: number;
}

/** An invariant that did not hold: which one, when, and what was wrong. */
export interface Violation {
  readonly invariant: string;
  readonly atMs: number;
  readonly detail: string;
}

/** What must be so. Both methods say what is wrong, or undefined, and at once: no promise. */
export interface Invariant<State> {
  /** Of no other invariant. */
  readonly name: string;
  /** Asked after every step that changed something. */
  always?(state: State): string | undefined;
  /** Asked once, `withinMs` after all faults have healed. */
  eventually?(state: State): string | undefined;
  /** 60,000 unless given. */
  readonly withinMs?: number;
}

/**
 * A scenario that came from outside, as from a file.
 * @throws {TypeError | RangeError} naming field, value and range: for an unknown fault, a negative
 * time, another version, and whatever else a scenario cannot be.
 */
export function readScenario(given: unknown): Scenario {
  const { v: _, ...read } = readOptions(scenario, 'scenario', given);
  return { v: 1, ...read };
}
