import {
  appendFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MicroVmDriver } from '../../../../../runtime/world/vm/microvm/driver.ts';
import { buildImage } from '../../../../../runtime/world/vm/microvm/image.ts';
import { findPrograms } from '../../../../../runtime/world/vm/microvm/qemu.ts';
import { namespacesFix } from '../../../../../runtime/world/vm/process/jail-tools.ts';
import { Box } from '../../../../contracts/vm.fixture.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';
import { fakeQemu } from './fake-qemu.fixture.ts';
import { buildHere } from './image-here.fixture.ts';
import { sources } from './sources.fixture.ts';

const never = new AbortController().signal;
const MEMORY_BYTES_MAX = 32 * 2 ** 20;
const spec = { memoryBytesMax: MEMORY_BYTES_MAX };
const INSTALL =
  'apt-get install --no-install-recommends ' +
  'qemu-system-x86 busybox-static bubblewrap linux-image-cloud-amd64';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('microVMs are not to be had', () => {
  const unavailable = (directory: string) =>
    new MicroVmDriver(directory).create(spec, new Box(), never);

  it('without a program that they need', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const expected = { unavailable: 'there is no setpriv here', fix: INSTALL };
    expect(await unavailable('/nowhere')).toEqual(expected);
  });

  it('without a jail that works, and it is told what that complains of', async () => {
    const directory = temporaryDirectory();
    await buildImage(directory, sources());
    const instead = '#!/bin/sh\necho "bwrap: Unknown option --disable-userns" >&2\nexit 1\n';
    const { bwrap } = fakeQemu({ instead });
    const programs = temporaryDirectory();
    for (const name of ['setpriv', 'prlimit', 'bwrap', 'qemu-system-x86_64']) {
      symlinkSync(bwrap, join(programs, name));
    }
    vi.stubEnv('PATH', programs);
    expect(await unavailable(directory)).toEqual({
      unavailable: 'no jail could be made: bwrap: Unknown option --disable-userns',
      fix: (await namespacesFix()) ?? INSTALL,
    });
  });

  it('without an image', async (context) => {
    if (typeof (await findPrograms()) === 'string') return context.skip('there is no QEMU here');
    expect(await unavailable('/nowhere')).toEqual({
      unavailable: 'there is no image: /nowhere/manifest.json cannot be read',
      fix: 'holdfast vm build --dir /nowhere',
    });
  });
});

describe('a microVM', { timeout: 120_000 }, () => {
  let directory = '';
  let obstacle: string | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-image-'));
    obstacle = await buildHere(directory);
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  const promise = (title: string, keep: (driver: MicroVmDriver) => Promise<void>): void =>
    it(title, async (context) => {
      if (obstacle !== undefined) return context.skip(obstacle);
      await keep(new MicroVmDriver(directory));
    });

  promise('says what holds it, and of which bytes it is', async (driver) => {
    const evidence = await driver.probe(never);
    expect(evidence).toEqual({
      isolation: 'microvm',
      engine: expect.stringMatching(/^qemu-(kvm|tcg)$/),
      digests: Object.fromEntries(
        ['kernel', 'initrd', 'qemu', 'snapshot', 'command'].map((name) => [
          name,
          expect.stringMatching(/^[0-9a-f]{64}$/),
        ]),
      ),
      found: expect.objectContaining({ networkCards: 0, seccomp: '2', networkDevices: 'lo' }),
    });
  });

  promise('shares neither chance nor its idea of the time with another one', async (driver) => {
    const boxes = await Promise.all([
      Box.open(driver, MEMORY_BYTES_MAX),
      Box.open(driver, MEMORY_BYTES_MAX),
    ]);
    const draws = await Promise.all(boxes.map((box) => box.run('Math.random()')));
    expect(draws[0]).toMatch(/^returned 0\.\d+$/);
    expect(draws[0]).not.toBe(draws[1]);
    expect(await boxes[0].run('Date.now() > 1.7e12')).toBe('returned true');
    await Promise.all(boxes.map((box) => box.close()));
  });

  promise('is spoken to like any guest, and is gone when it is killed', async (driver) => {
    const box = await Box.open(driver, MEMORY_BYTES_MAX);
    expect(await box.run('var n = input + 1; console.log("hi"); n', 41)).toBe('returned 42');
    expect(await box.run('throw new TypeError("no")')).toBe('VM_ERROR TypeError: no');
    expect(box.printed).toEqual(['hi\n']);
    await box.ping('there');
    box.start('for (;;);');
    expect((await box.close())?.because).toBe('killed');
    expect(await box.vm.usage()).toMatchObject({ memoryBytes: 0 });
  });

  promise('that eats its memory ends of that', async (driver) => {
    const box = await Box.open(driver, MEMORY_BYTES_MAX);
    const code = 'let a = []; for (;;) a.push(new Uint8Array(2 ** 20).fill(1))';
    expect(await box.run(code)).toBe('exit memory');
  });

  promise('is not made of a broken snapshot, but of one that is saved anew', async (driver) => {
    const place = join(directory, 'snapshots');
    const broken = readdirSync(place).map((name) => join(place, name));
    for (const path of broken) appendFileSync(path, 'x');
    const box = await Box.open(driver, MEMORY_BYTES_MAX);
    expect(await box.run('1')).toBe('returned 1');
    await box.close();
    const [snapshot = '', ...others] = readdirSync(place);
    expect([snapshot.includes(box.vm.evidence.digests.snapshot ?? '?'), others]).toEqual([
      true,
      [],
    ]);
    expect(broken).not.toContain(join(place, snapshot));
  });

  promise('is not made of a broken image, though its time was put back', async (driver) => {
    const kernel = join(directory, 'vmlinux');
    utimesSync(kernel, 1e9, 1e9);
    await driver.recipe(MEMORY_BYTES_MAX);
    writeFileSync(kernel, 'x', { flag: 'r+' });
    utimesSync(kernel, 1e9, 1e9);
    expect(await driver.create(spec, new Box(), never)).toEqual({
      unavailable: expect.stringContaining('vmlinux is not what was built'),
      fix: `holdfast vm build --dir ${directory}`,
    });
  });
});
