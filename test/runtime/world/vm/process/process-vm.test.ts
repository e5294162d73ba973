import { describe, expect, it } from 'vitest';
import { processDriver } from '../../../../../runtime/world/vm/process/driver.ts';
import { Box } from '../../../../contracts/vm.fixture.ts';
import { obstacle } from './jail.fixture.ts';

describe('what a process takes', () => {
  it('is what it last was, once it is gone', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const box = await Box.open(processDriver());
    const last = await box.vm.usage();
    await box.close();
    expect(await box.vm.usage()).toEqual(last);
  });
});
