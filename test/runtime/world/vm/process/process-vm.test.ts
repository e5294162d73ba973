import { describe, expect, it } from 'vitest';
import type { VmEvents } from '../../../../../actors/vm-drivers.ts';
import { processDriver } from '../../../../../runtime/world/vm/process/driver.ts';
import { Jailed } from '../../../../../runtime/world/vm/process/jail.ts';
import { JailedGuest } from '../../../../../runtime/world/vm/process/jailed-guest.ts';
import { ProcessVm } from '../../../../../runtime/world/vm/process/process-vm.ts';
import { Box } from '../../../../contracts/vm.fixture.ts';
import { ground, obstacle, specOf } from './jail.fixture.ts';

/** Says that it is there, and from then on as many pongs as it can. */
const flood = `
import { writeSync } from 'node:fs';
writeSync(3, Buffer.from([0, 0, 0, 0, 1]));
const pongs = Buffer.concat(Array.from({ length: 10_000 }, () => Buffer.from([0, 0, 0, 0, 6])));
for (;;) writeSync(3, pongs);`;

describe('a process that was killed', () => {
  it('is not heard any more, whatever it had said by then', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const guest = new JailedGuest(new Jailed(ground().tools, specOf(flood)));
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      const say = (what: string) => () => void heard.push(what);
      const events: VmEvents = {
        ...{ onPrinted: say('printed'), onHostCall: say('asked'), onOutcome: say('outcome') },
        onViolated: say('violated'),
        onPong: () => {
          heard.push('pong');
          vm.kill();
        },
        onExited: ({ because }) => {
          heard.push(because);
          resolve();
        },
      };
      const evidence = { isolation: 'process', engine: '', digests: {}, found: {} } as const;
      const vm = new ProcessVm(guest, evidence, events);
    });
    expect(heard).toEqual(['pong', 'killed']);
  });
});

describe('what a process takes', () => {
  it('is what it last was, once it is gone', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const box = await Box.open(processDriver());
    const last = await box.vm.usage();
    await box.close();
    expect(await box.vm.usage()).toEqual(last);
  });
});
