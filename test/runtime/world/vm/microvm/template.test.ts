import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NoJail } from '../../../../../runtime/world/vm/microvm/machine.ts';
import { saveTemplate } from '../../../../../runtime/world/vm/microvm/template.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { type FakeQemu, fakeQemu, hardware } from './fake-qemu.fixture.ts';

const never = new AbortController().signal;

/** Of a QEMU that cannot do it, and where it would have gone. */
async function saved(fake: FakeQemu, signal: AbortSignal, place?: string): Promise<unknown> {
  const directory = temporaryDirectory();
  if (place === undefined) mkdirSync(join(directory, 'snapshots'));
  else symlinkSync(place, join(directory, 'snapshots'));
  const paths = { kernel: join(directory, 'vmlinux'), initrd: join(directory, 'initrd.cpio') };
  for (const path of Object.values(paths)) writeFileSync(path, '');
  const manifest = { version: 1, from: 'vmlinuz', kernel: 'k', initrd: 'i', contents: {} } as const;
  const image = { directory, ...paths, initrdBytes: 0, manifest };
  const recipe = { programs: fakeQemu(fake), image, hardware, programMib: 64, qemu: 'q' };
  const outcome = await saveTemplate(recipe, signal).catch((error: unknown) => error);
  const left = readdirSync(join(directory, 'snapshots')).filter((name) => /new|state/.test(name));
  expect(left).toEqual([]);
  return outcome;
}

describe('a snapshot is not made', () => {
  it('of a machine that ends', async () => {
    expect(await saved({ instead: '#!/bin/sh\necho "no kernel" >&2\n' }, never)).toEqual(
      new NoJail('no jail could be made: no kernel'),
    );
  });

  it('of a machine that does not come up in time', async () => {
    expect(await saved({}, AbortSignal.abort())).toEqual(new Error('it took too long'));
  });

  it('of a machine in which somebody else answers', async () => {
    const instead = '#!/bin/sh\necho "login: " >&3\nexec sleep 1000\n';
    expect(await saved({ instead }, never)).toEqual(
      new Error('it is no agent of ours that answers in it'),
    );
  });

  it('where nothing can be written, and no promise is left that nobody hears', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    onTestFinished(() => void process.off('unhandledRejection', hear));
    expect(await saved({ saves: true }, never, '/proc')).toEqual(
      expect.objectContaining({
        message: expect.stringMatching(/snapshots\/.*\.new cannot be written: ENOENT$/),
      }),
    );
    await turn();
    expect(unheard).toEqual([]);
  });
});
