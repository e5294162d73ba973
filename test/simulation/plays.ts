import { type Trial, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Fault } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import { type FaultKind, swarm } from '../../runtime/sim/swarm.ts';
import { HORIZON_MS as AUDIT_MS, auditTrial, wear } from './audit.ts';
import { HORIZON_MS as BREAKERS_MS, breakersPlaybook } from './breakers.ts';
import { HORIZON_MS as KERNEL_MS, kernelPlaybook } from './kernel.ts';
import { kinds as around, few, peersTrial } from './peers.ts';
import {
  kinds as ofSandboxes,
  HORIZON_MS as SANDBOXES_MS,
  sandboxesPlaybook,
} from './sandboxes.ts';
import { kinds as ofAll, HORIZON_MS as SHOP_MS, shopPlaybook } from './shop.ts';
import { HORIZON_MS as STATE_MS, statePlaybook } from './state.ts';

/** A part of the house at work, and what may go wrong in its world. */
export interface HousePlay {
  readonly run: Trial;
  readonly horizonMs: number;
  /** All of them, unless given. */
  readonly kinds?: readonly FaultKind[];
  readonly faultsMax: number;
  /** Those of some seeds, besides. */
  readonly besides?: (seed: number) => readonly Fault[];
}

const clocks = ['clock.jump', 'clock.pause', 'clock.skew'] as const;
const crashes = ['process.crash', 'process.crashAtWrite', 'disk.torn'] as const;
const disks = [
  ...(['disk.slow', 'disk.hang', 'disk.full', 'disk.readOnly'] as const),
  ...(['disk.fail', 'disk.flaky', 'disk.failAtWrite'] as const),
] as const;

export const plays = {
  kernel: {
    run: trialOf(kernelPlaybook),
    horizonMs: KERNEL_MS,
    kinds: [...clocks, 'process.crash'],
    faultsMax: 8,
  },
  breakers: {
    run: trialOf(breakersPlaybook),
    horizonMs: BREAKERS_MS,
    kinds: [...clocks, 'process.crash'],
    faultsMax: 8,
  },
  state: {
    run: trialOf(statePlaybook),
    horizonMs: STATE_MS,
    kinds: [...clocks, ...crashes, ...disks, 'disk.unsynced'],
    faultsMax: 8,
  },
  peers: { run: peersTrial(few), horizonMs: few.horizonMs, kinds: around, faultsMax: 12 },
  sandboxes: {
    run: trialOf(sandboxesPlaybook),
    horizonMs: SANDBOXES_MS,
    kinds: [...ofSandboxes, 'process.crash'],
    faultsMax: 8,
  },
  shop: {
    run: trialOf(shopPlaybook),
    horizonMs: SHOP_MS,
    kinds: ofAll,
    faultsMax: 16,
  },
  audit: { run: auditTrial, horizonMs: AUDIT_MS, faultsMax: 16, besides: wear },
} as const satisfies Readonly<Record<string, HousePlay>>;

export type Noun = keyof typeof plays;

export const nouns = Object.keys(plays) as readonly Noun[];

/** What goes wrong in a run of a play, from its seed. */
export function faultsOf(noun: Noun, seed: number): readonly Fault[] {
  const { horizonMs, kinds, faultsMax, besides }: HousePlay = plays[noun];
  const drawn = swarm(seed, { horizonMs, faultsMax, ...(kinds && { kinds }) });
  return [...drawn, ...(besides?.(seed) ?? [])];
}

/** One run of a play; the faults follow from the seed unless given. */
export function runPlay(
  noun: Noun,
  seed: number,
  faults: readonly Fault[] = faultsOf(noun, seed),
): Promise<SimulationResult> {
  const { run, horizonMs }: HousePlay = plays[noun];
  return run({ v: 1, seed, horizonMs, faults });
}
