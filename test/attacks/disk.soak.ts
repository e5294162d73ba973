import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createRuntime, type Fact, type Runtime } from '../../runtime/index.ts';
import { SmallDisk, whyNoMounts } from './disk.ts';

const obstacle = whyNoMounts();
const isTried = obstacle === undefined;
const HEALTH_MS = 500;
const MIB = 1024 * 1024;
const disks: SmallDisk[] = [];

afterEach(() => {
  for (const disk of disks.splice(0).reverse()) disk.remove();
});

function mount(kind: 'tmpfs' | 'ext4', sizeMiB: number, path?: string): SmallDisk {
  const disk = new SmallDisk(kind, sizeMiB, path);
  disks.push(disk);
  return disk;
}

const start = (dataDir: string, keyFile: string): Promise<Runtime> =>
  createRuntime({
    name: 'disk',
    dataDir,
    masterKey: { file: keyFile, create: true },
    audit: {
      healthMs: HEALTH_MS,
      ballastBytes: 4 * MIB,
      freeBytesMin: 2 * MIB,
      spoolBytesMax: 65_536,
      segmentBytesMax: MIB,
    },
  });

/** What the runtime told, of what is put on record. */
class Observed {
  readonly facts: Fact[] = [];
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    runtime.events$.subscribe((fact) => this.facts.push(fact));
  }

  /** The next move of the log's mode to one of these. */
  async moved(...modes: string[]): Promise<string> {
    const moves$ = this.#runtime.events$.pipe(
      filter(({ type, data }) => type === 'audit.moved' && modes.includes(String(data.to))),
    );
    return String((await firstValueFrom(moves$)).data.to);
  }

  /** A fact that is a decision. */
  decide(reason: string): void {
    this.#runtime.breaker('decided').isolate(reason).release();
  }
}

/** Appends until the mode moves; the indices of what was acknowledged. */
async function writeUntil(runtime: Runtime, moved: Promise<string>): Promise<readonly number[]> {
  const indices: number[] = [];
  let isOver = false;
  const over = moved.then(() => {
    isOver = true;
  });
  const kept: Promise<unknown>[] = [];
  while (!isOver) {
    const write = runtime.audit
      .append({ type: 'disk.written', data: 'x'.repeat(400) })
      .then(({ index }) => indices.push(index));
    kept.push(write.catch(() => {}));
    await Promise.race([write.catch(() => {}), over]);
  }
  return indices;
}

/** Facts that were told and are not on record, those said to be lost, and those on record twice. */
async function count(runtime: Runtime, { facts }: Observed) {
  const told = [...facts];
  const onRecord = new Set<string>();
  let twice = 0;
  let gaps = 0;
  let lost = 0;
  for await (const read of runtime.audit.read()) {
    if (read.kind === 'gap') {
      gaps += 1;
      continue;
    }
    if (read.event.type === 'audit.gap') {
      lost += Number((read.event.data as { lost: number }).lost);
    }
    if (onRecord.has(read.event.id)) twice += 1;
    onRecord.add(read.event.id);
  }
  const missing = told.filter(({ id }) => !onRecord.has(id)).length;
  return { missing, lost, twice, gaps };
}

/** What was promised is there, what is missing was said to be lost, and nothing is there twice. */
async function expectWhole(
  runtime: Runtime,
  observed: Observed,
  indices: readonly number[],
): Promise<void> {
  const { index } = await runtime.audit.append({ type: 'disk.written' });
  expect(index).toBeGreaterThan(Math.max(-1, ...indices));
  const { missing, lost, twice, gaps } = await count(runtime, observed);
  expect({ missing, twice, gaps }).toEqual({ missing: lost, twice: 0, gaps: 0 });
  expect((await runtime.audit.verify()).verdict).toBe('ok');
  await runtime.shutdown();
}

describe('a log whose disk', () => {
  it.runIf(isTried)(
    'is full keeps what it promised, says what it lost, and comes back',
    async () => {
      const disk = mount('tmpfs', 64);
      const runtime = await start(join(disk.path, 'data'), `${disk.path}-key`);
      const observed = new Observed(runtime);
      disk.fill();
      const lost = observed.moved('spooling', 'readOnly');
      const indices = await writeUntil(runtime, lost);
      for (let i = 0; i < 500; i++) observed.decide(`no room ${i}`);
      const back = observed.moved('readWrite');
      disk.free();
      expect(['spooling', 'readOnly']).toContain(await lost);
      expect(await back).toBe('readWrite');
      await expectWhole(runtime, observed, indices);
    },
  );

  it.runIf(isTried)(
    'fails and becomes read-only keeps what it promised, and comes back',
    async () => {
      const home = mount('tmpfs', 64);
      const data = join(home.path, 'data');
      const first = await start(data, `${home.path}-key`);
      await first.shutdown();
      // Only the log lies on the disk that fails.
      renameSync(join(data, 'audit'), join(home.path, 'log'));
      const disk = mount('ext4', 96, join(data, 'audit'));
      cpSync(join(home.path, 'log'), disk.path, { recursive: true });
      const runtime = await start(data, `${home.path}-key`);
      const observed = new Observed(runtime);
      await runtime.audit.append({ type: 'disk.written' });
      const lost = observed.moved('spooling', 'readOnly');
      disk.failReadOnly();
      const indices = await writeUntil(runtime, lost);
      for (let i = 0; i < 50; i++) observed.decide(`read-only ${i}`);
      expect(['spooling', 'readOnly']).toContain(await lost);
      const back = observed.moved('readWrite');
      disk.mend();
      expect(await back).toBe('readWrite');
      await expectWhole(runtime, observed, indices);
    },
  );

  it.runIf(isTried)(
    'loses the whole directory notices within one health period, and begins anew',
    async () => {
      const disk = mount('tmpfs', 64);
      const data = join(disk.path, 'data');
      const runtime = await start(data, `${disk.path}-key`);
      const observed = new Observed(runtime);
      await runtime.audit.append({ type: 'disk.written' });
      const size = runtime.audit.status().size;
      const lost = observed.moved('spooling', 'readOnly');
      const back = observed.moved('readWrite');
      rmSync(data, { recursive: true });
      expect(await lost).toBe('spooling');
      expect(await back).toBe('readWrite');
      await runtime.audit.append({ type: 'disk.written' });
      const vanished = observed.facts.find(({ type }) => type === 'audit.vanished');
      expect(vanished?.data.lost).toBeGreaterThanOrEqual(size);
      expect((await runtime.audit.verify()).verdict).toBe('rolledBack');
      await runtime.shutdown();
      const again = await start(data, `${disk.path}-key`);
      expect((await again.audit.verify()).verdict).toBe('rolledBack');
      await again.shutdown();
    },
  );

  it.runIf(isTried)('is full at the start gets a clear error, and nothing written', async () => {
    const disk = mount('tmpfs', 40);
    disk.fill();
    const data = join(disk.path, 'data');
    await expect(start(data, `${disk.path}-key`)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect([existsSync(data), readdirSync(disk.path)]).toEqual([false, ['filler']]);
  });
});

it.runIf(!isTried)(`no disk is tried: ${obstacle}`, () => {
  expect(obstacle).not.toBe('');
});
