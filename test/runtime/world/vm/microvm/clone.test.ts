import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { VmEvents } from '../../../../../actors/vm-drivers.ts';
import { Clone } from '../../../../../runtime/world/vm/microvm/clone.ts';
import {
  keepSnapshot,
  openSnapshot,
  type Recipe,
} from '../../../../../runtime/world/vm/microvm/snapshot.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { type FakeQemu, fakeQemu, hardware } from './fake-qemu.fixture.ts';

const never = new AbortController().signal;
const READY = "line.write(Buffer.from('0000000001', 'hex'))";

async function restored(fake: FakeQemu): Promise<Clone> {
  const manifest = { version: 1, from: 'vmlinuz', kernel: 'k', initrd: 'i', contents: {} } as const;
  const directory = temporaryDirectory();
  const image = { directory, kernel: '', initrd: '', initrdBytes: 0, manifest };
  const recipe: Recipe = {
    ...{ programs: fakeQemu(fake), image, hardware, programMib: 64, qemu: 'q' },
  };
  await keepSnapshot(recipe, async (path) => writeFileSync(path, 'state'));
  const snapshot = await openSnapshot(recipe);
  if (snapshot === undefined) throw new Error('it was saved');
  const events: VmEvents = {
    ...{ onPrinted() {}, onHostCall() {}, onOutcome() {}, onPong() {} },
    ...{ onViolated() {}, onExited() {} },
  };
  return await Clone.restored(recipe, snapshot, events, never);
}

describe('a clone of a snapshot', () => {
  it('whose jail does not hold is ended before it has run anything', async () => {
    const clone = await restored({ guest: READY });
    await expect(clone.wake(never)).rejects.toThrow('it does not hold: memoryMib is -1');
    await clone.end();
  });

  it('that cannot be restored leaves nothing', async () => {
    await expect(restored({ status: 'internal-error' })).rejects.toThrow('is internal-error');
  });
});
