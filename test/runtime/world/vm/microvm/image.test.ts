import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildImage, openImage } from '../../../../../runtime/world/vm/microvm/image.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { sources } from './sources.fixture.ts';

const digestOf = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex');

describe('an image for microVMs', () => {
  it('is the same bytes whenever it is built of the same, and has a digest of each', async () => {
    const [first, second] = [temporaryDirectory(), temporaryDirectory()];
    const manifest = await buildImage(first, sources());
    expect(await buildImage(second, sources())).toEqual(manifest);
    const files = ['vmlinux', 'initrd.cpio', 'manifest.json'];
    const bytesIn = (directory: string) => files.map((name) => readFileSync(join(directory, name)));
    expect(bytesIn(first)).toEqual(bytesIn(second));
    const [kernel = '', initrd = ''] = bytesIn(first);
    expect({ ...manifest, contents: Object.keys(manifest.contents) }).toEqual({
      version: 1,
      from: 'vmlinuz-6',
      kernel: digestOf(kernel),
      initrd: digestOf(initrd),
      contents: ['bin/busybox', 'bin/node', 'bin/renew', 'agent.mjs', 'realm.mjs', 'init'],
    });
    expect(manifest.contents['agent.mjs']).toBe(digestOf('the agent'));
    expect(await openImage(first)).toEqual({
      directory: first,
      kernel: join(first, 'vmlinux'),
      initrd: join(first, 'initrd.cpio'),
      initrdBytes: initrd.length,
      manifest,
    });
  });

  it('leaves no snapshot of the one before', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'snapshots'));
    await buildImage(directory, sources());
    expect(readdirSync(directory).sort()).toEqual(['initrd.cpio', 'manifest.json', 'vmlinux']);
  });

  it('is built where somebody has snapshots of his own, and those stay', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'snapshots'));
    writeFileSync(join(directory, 'snapshots', 'holiday.jpg'), 'the sea');
    await buildImage(directory, sources());
    expect(readdirSync(join(directory, 'snapshots'))).toEqual(['holiday.jpg']);
  });

  it('of a program with libraries has those, and their loader', async () => {
    const directory = temporaryDirectory();
    const { contents } = await buildImage(directory, { ...sources(), busybox: '/bin/ls' });
    expect(Object.keys(contents).map((path) => path.replace(/^.*\/(.*?)\.so.*$/, '$1'))).toEqual(
      expect.arrayContaining(['libc', 'ld-linux-x86-64']),
    );
  });

  it('of which a pipe has taken a place is not waited for', async () => {
    const directory = temporaryDirectory();
    await buildImage(directory, sources());
    for (const name of ['initrd.cpio', 'manifest.json']) {
      rmSync(join(directory, name));
      execFileSync('mkfifo', [join(directory, name)]);
      await expect(openImage(directory)).rejects.toThrow(name);
    }
  });

  it('that is not what was built is not taken', async () => {
    const directory = temporaryDirectory();
    await buildImage(directory, sources());
    appendFileSync(join(directory, 'initrd.cpio'), 'x');
    await expect(openImage(directory)).rejects.toThrow('initrd.cpio is not what was built');
    rmSync(join(directory, 'vmlinux'));
    await expect(openImage(directory)).rejects.toThrow('its digest is nothing');
    writeFileSync(join(directory, 'manifest.json'), '{"version":2}');
    await expect(openImage(directory)).rejects.toThrow('is no manifest of an image');
    rmSync(join(directory, 'manifest.json'));
    await expect(openImage(directory)).rejects.toThrow('there is no image');
  });

  it('that cannot be read says so, and not that it is to be built again', async () => {
    const directory = temporaryDirectory();
    await buildImage(directory, sources());
    for (const name of ['vmlinux', 'manifest.json']) {
      const path = join(directory, name);
      rmSync(path);
      symlinkSync(path, path);
      const expected = new Error(`${path} cannot be read: ELOOP`);
      expect(await openImage(directory).catch((error) => error)).toEqual(expected);
    }
  });
});
