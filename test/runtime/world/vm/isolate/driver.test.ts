import { expect, it } from 'vitest';
import { isolateDriver } from '../../../../../runtime/world/vm/isolate/driver.ts';
import { vmContract } from '../../../../contracts/vm.contract.ts';
import { Box } from '../../../../contracts/vm.fixture.ts';

vmContract('isolate', { driver: isolateDriver, patienceMs: 300, ends: {} });

it('hands a guest none of the functions that call it', async () => {
  const box = await Box.open(isolateDriver);
  const code = `
    Error.prepareStackTrace = (_, sites) => sites;
    const traces = [];
    console.log({ toJSON() { traces.push(new Error().stack, arguments.callee.caller) } });
    traces.map((trace) => typeof trace)`;
  expect(await box.run(code)).toMatch(/^VM_ERROR TypeError/);
  expect(await box.run(code.replace(', arguments.callee.caller', ''))).toBe('returned ["string"]');
  await box.close();
});
