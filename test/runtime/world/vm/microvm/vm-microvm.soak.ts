import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, it } from 'vitest';
import { MicroVmDriver } from '../../../../../runtime/world/vm/microvm/driver.ts';
import { codeContract, type VmBench, vmContract } from '../../../../contracts/vm.contract.ts';
import { cases, endsOfV8 } from '../../../../contracts/vm-cases.ts';
import { buildHere } from './image-here.fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
const obstacle = await buildHere(directory);
afterAll(() => rmSync(directory, { recursive: true }));

const kindOf = ({ name }: { readonly name: string }): string => name.replace(/:.*/, '');

/** One of each kind. To run out of memory takes an emulated machine longer than CI has. */
const few = cases.filter(
  (one, at) =>
    kindOf(one) !== 'eats memory' && cases.findIndex((it) => kindOf(it) === kindOf(one)) === at,
);

if (obstacle === undefined) {
  const driver = new MicroVmDriver(directory);
  const bench: VmBench = { driver, patienceMs: 1_000, ends: endsOfV8 };
  if (process.env.HOLDFAST_SOAK === 'ci') codeContract('microvm', { ...bench, cases: few });
  else vmContract('microvm', bench);
} else {
  it('keeps what every level promises', (context) => context.skip(obstacle));
}
