import type { VmDriver, VmEvidence, VmUnavailable } from '../../actors/vm-drivers.ts';
import type { World } from '../../actors/world.ts';
import { type Isolation, isolations } from '../../machines/isolation.ts';
import type { Clock } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import { type Exit, exits } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Longer than a probe needs that saves a first snapshot. */
const PROBE_MS_MAX = 90_000;

/** What was found of one level. */
interface Finding {
  readonly isolation: Isolation;
  readonly works: boolean;
  readonly engine?: string;
  /** Whether hardware runs the guest, or a program that plays it. */
  readonly accel?: 'kvm' | 'tcg';
  readonly found?: VmEvidence['found'];
  readonly unavailable?: string;
  readonly fix?: string;
}

/**
 * Probes each level as a runtime does, and says what came of it. That there is `isolate`, which
 * takes nothing but Node, is what it is held to.
 */
export async function runDoctor(
  terminal: Terminal,
  { clock, vm }: Pick<World, 'clock' | 'vm'>,
  isJson: boolean,
): Promise<Exit> {
  const works: boolean[] = [];
  for (const isolation of isolations) {
    const finding = findingOf(isolation, await probeOf(vm[isolation], clock));
    works.push(finding.works);
    if (isJson) await terminal.printJson(JSON.stringify(finding));
    else await terminal.print(linesOf(finding).join('\n'));
  }
  return works[0] === true ? exits.ok : exits.failed;
}

/** What its probe comes to, within the time that one may take. */
export async function probeOf(driver: VmDriver, clock: Clock): Promise<VmEvidence | VmUnavailable> {
  const giveUp = new AbortController();
  const cancel = clock.after(PROBE_MS_MAX, () => giveUp.abort(new Error('it took too long')));
  try {
    return await driver.probe(giveUp.signal);
  } catch (error) {
    return { unavailable: `its probe failed: ${describeError(error).message}` };
  } finally {
    cancel();
  }
}

function findingOf(isolation: Isolation, probe: VmEvidence | VmUnavailable): Finding {
  if ('unavailable' in probe) {
    const { unavailable, fix } = probe;
    return { isolation, works: false, unavailable, ...(fix === undefined ? {} : { fix }) };
  }
  const { engine, found } = probe;
  const accel = /^qemu-(kvm|tcg)$/.exec(engine)?.[1];
  const isKnown = accel === 'kvm' || accel === 'tcg';
  return { isolation, works: true, engine, ...(isKnown ? { accel } : {}), found };
}

const accels = {
  kvm: 'by KVM: hardware runs its guests',
  tcg: 'without KVM: a program plays the machine, and the jail around it is what holds',
} as const;

function linesOf({ isolation, works, engine, accel, unavailable, fix }: Finding) {
  const name = isolation.padEnd(8);
  if (works) return [`${name} works: ${engine}${accel === undefined ? '' : `, ${accels[accel]}`}`];
  const why = `${name} does not work here: ${unavailable}`;
  return fix === undefined ? [why] : [why, `${' '.repeat(9)}mend it by: ${fix}`];
}
