import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { VmDriver, VmDrivers, VmEvidence, VmUnavailable } from '../../../actors/vm-drivers.ts';
import type { Isolation } from '../../../machines/isolation.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { runDoctor } from '../../../runtime/cli/vm-doctor.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

type Found = VmEvidence | VmUnavailable;

/** Of a machine where each level is found to be that; what throws is thrown. */
function machine(found: Readonly<Record<Isolation, () => Found>>): VmDrivers {
  const driver = (isolation: Isolation): VmDriver => ({
    isolation,
    probe: async () => found[isolation](),
    create: async () => ({ unavailable: 'a doctor starts nothing but probes' }),
  });
  return {
    isolate: driver('isolate'),
    process: driver('process'),
    microvm: driver('microvm'),
    startsMax: 2,
  };
}

const here = (isolation: Isolation, engine: string) => (): Found => ({
  ...{ isolation, engine, digests: {} },
  found: { uid: 64_001 },
});
const absent = (unavailable: string, fix?: string) => (): Found => ({ unavailable, fix });

async function doctor(vm: VmDrivers, isJson: boolean, clock = new VirtualClock()) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runDoctor(new Terminal(out, err), { clock, vm }, isJson);
  return { lines: `${out.read()}`.trimEnd().split('\n'), status };
}

const all = machine({
  isolate: here('isolate', 'quickjs-ng'),
  process: here('process', 'node 24.1.0'),
  microvm: here('microvm', 'qemu-tcg'),
});
const bare = machine({
  isolate: here('isolate', 'quickjs-ng'),
  process: absent('bubblewrap is not here', 'apt-get install bubblewrap'),
  microvm: absent('it takes Linux'),
});

describe('holdfast vm doctor', () => {
  it('says what each level is kept in by, and whether hardware runs it', async () => {
    expect(await doctor(all, false)).toEqual({
      lines: [
        'isolate  works: quickjs-ng',
        'process  works: node 24.1.0',
        'microvm  works: qemu-tcg, without KVM: a program plays the machine, and the jail ' +
          'around it is what holds',
      ],
      status: 0,
    });
  });

  it('says why a level does not work, and the one command that mends it', async () => {
    expect(await doctor(bare, false)).toEqual({
      lines: [
        'isolate  works: quickjs-ng',
        'process  does not work here: bubblewrap is not here',
        '         mend it by: apt-get install bubblewrap',
        'microvm  does not work here: it takes Linux',
      ],
      status: 0,
    });
  });

  it('says the same as a line of JSON a level, with what was found in force', async () => {
    const found = { uid: 64_001 };
    const drivers = machine({
      isolate: here('isolate', 'quickjs-ng'),
      process: absent('bubblewrap is not here', 'apt-get install bubblewrap'),
      microvm: here('microvm', 'qemu-kvm'),
    });
    const { lines, status } = await doctor(drivers, true);
    expect({ lines: lines.map((line) => JSON.parse(line)), status }).toEqual({
      lines: [
        { isolation: 'isolate', works: true, engine: 'quickjs-ng', found },
        {
          ...{ isolation: 'process', works: false, unavailable: 'bubblewrap is not here' },
          fix: 'apt-get install bubblewrap',
        },
        { isolation: 'microvm', works: true, engine: 'qemu-kvm', accel: 'kvm', found },
      ],
      status: 0,
    });
  });

  it('waits for no probe for ever', async () => {
    const clock = new VirtualClock();
    const hanging: VmDriver = {
      ...bare.process,
      probe: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ unavailable: 'it was given up' }));
        }),
    };
    const over = doctor({ ...bare, process: hanging }, false, clock);
    await clock.advanceAsync(90_000);
    expect((await over).lines).toContain('process  does not work here: it was given up');
    expect(clock.pending).toBe(0);
  });

  it('fails where not even isolate works, though its probe throws', async () => {
    const broken = machine({
      isolate: () => {
        throw new Error('no thread can be started');
      },
      process: here('process', 'node 24.1.0'),
      microvm: absent('it takes Linux'),
    });
    expect(await doctor(broken, false)).toEqual({
      lines: [
        'isolate  does not work here: its probe failed: no thread can be started',
        'process  works: node 24.1.0',
        'microvm  does not work here: it takes Linux',
      ],
      status: 1,
    });
  });
});
