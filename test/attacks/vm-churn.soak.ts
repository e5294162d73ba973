import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isolations } from '../../machines/isolation.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { buildHere } from '../runtime/world/vm/microvm/image-here.fixture.ts';
import { seedsFor } from '../seeds.ts';
import { inUse } from './crowd.ts';
import { atRest, Churn, levelsOf, Tally, Watched } from './vm-churn.ts';

const seeds = seedsFor({ ci: 1, full: 100 });
const GROWTH_BYTES_MAX = 2_000_000;

/** A place of its own for all that is temporary, and an image, if there can be one. */
async function rooms() {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-churn-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const [image, temporary] = [join(home, 'image'), join(home, 'tmp')];
  mkdirSync(temporary);
  const obstacle = await buildHere(image);
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { home, temporary, vm: obstacle === undefined ? { imageDir: image } : {} };
}

async function measure(rt: Runtime, watched: Watched, temporary: string) {
  await atRest(rt);
  const { bytes, residentBytes, descriptors } = await inUse();
  const processes = watched.look().map(({ state }) => (state === 'Z' ? 'zombie' : 'runs'));
  return { bytes, residentBytes, descriptors, processes, files: readdirSync(temporary) };
}

const title = `${seeds.length * 100} warm calls and ${seeds.length * 5} runs leave nothing behind`;

it(title, async () => {
  const { home, temporary, vm } = await rooms();
  const descriptors = (await inUse()).descriptors;
  const rt = await createRuntime({
    dataDir: join(home, 'data'),
    masterKey: { file: join(home, 'key'), create: true },
    vm,
  });
  const [watched, tally] = [new Watched(), new Tally()];
  await rt.sandboxes.prove();
  console.log(levelsOf(rt));
  const isHere = new Set(
    rt.sandboxes.levels.filter(({ is }) => is === 'proved').map(({ isolation }) => isolation),
  );
  for (const isolation of isolations.filter((one) => isHere.has(one))) {
    await rt.sandboxes.run({ code: '1', isolation });
  }
  const middle = Math.ceil(seeds.length / 2);
  const play = async (half: readonly number[]) => {
    for (const seed of half) await new Churn(rt, tally, seed).play(seed, (one) => isHere.has(one));
    return await measure(rt, watched, temporary);
  };
  const first = await play(seeds.slice(0, middle));
  const second = await play(seeds.slice(middle));
  await rt.shutdown();
  const left = { processes: watched.left(), files: readdirSync(temporary) };
  console.log(tally.ends, `${watched.count} processes`);
  console.log(first, second);
  expect(left).toEqual({ processes: [], files: [] });
  expect((await inUse()).descriptors).toBe(descriptors);
  const { bytes, residentBytes: _, ...rest } = second;
  expect(rest).toEqual({
    descriptors: first.descriptors,
    processes: first.processes,
    files: [],
  });
  expect(rest.processes).not.toContain('zombie');
  expect(bytes - first.bytes < GROWTH_BYTES_MAX).toBe(true);
});
