import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Isolation } from '../../machines/isolation.ts';
import type { Fact } from '../../runtime/facts.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { digestOf } from '../../runtime/world/vm/digest.ts';
import { renewProgram } from '../../runtime/world/vm/microvm/renew.ts';
import { descendantsOf, isRunning, type Process } from '../runtime/world/vm/processes.fixture.ts';
import { temporaryDirectory } from '../storage/disk.ts';

const MIB = 1_048_576;
const BOMB = 'const a = []; for (;;) a.push(new Uint8Array(2 ** 20).fill(1))';
const VICTIM = fileURLToPath(new URL('vm-victim.mjs', import.meta.url));

/** A runtime over what this machine has, and the facts of it. */
export async function opened(options: RuntimeOptionsInput) {
  const rt = await createRuntime(options);
  const facts: Fact[] = [];
  rt.events$.subscribe((fact) => facts.push(fact));
  onTestFinished(() => rt.shutdown().then(() => {}));
  return { rt, facts };
}

export const levelOf = (rt: Runtime, isolation: Isolation) =>
  rt.sandboxes.levels.find((level) => level.isolation === isolation);

/** A PATH with all programs of /usr/bin but these. */
export function pathWithout(...names: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const name of readdirSync('/usr/bin')) {
    if (!names.includes(name)) symlinkSync(join('/usr/bin', name), join(directory, name));
  }
  vi.stubEnv('PATH', directory);
  return directory;
}

/** Those below this process that were not there when it was asked for. */
export function childrenSince(): () => readonly Process[] {
  const before = new Set(descendantsOf(process.pid).map(({ pid, since }) => `${pid} ${since}`));
  return () =>
    descendantsOf(process.pid).filter(({ pid, since }) => !before.has(`${pid} ${since}`));
}

/** A program that does `for (;;) pause();`. */
export const waiting = Buffer.concat([
  renewProgram().subarray(0, 0x78),
  Buffer.from('b8220000000f05ebf7', 'hex'),
]);

/** A PATH on which that program is QEMU. */
export function pathWithImpostor(program: Buffer): void {
  const path = pathWithout('qemu-system-x86_64');
  writeFileSync(join(path, 'qemu-system-x86_64'), program);
  for (const one of [path, join(path, 'qemu-system-x86_64')]) chmodSync(one, 0o755);
}

/** As good as any, for a QEMU that does not look at it. */
export function blankImage(): string {
  const directory = temporaryDirectory();
  for (const name of ['vmlinux', 'initrd.cpio']) writeFileSync(join(directory, name), '');
  const [kernel, initrd] = [digestOf(''), digestOf('')];
  const manifest = { version: 1, from: '', kernel, initrd, contents: {} };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
  return directory;
}

/** What came of a run, in its code. */
export const codeOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'answered',
    (error: unknown) => Object(error).code,
  );

/** What no level lets a guest, or the end of its host, do to it. */
export function levelPromises(isolation: Isolation, crashes: number, imageDir?: string): void {
  const vm = imageDir === undefined ? {} : { imageDir };

  it(`${isolation}: a guest that ends itself ${crashes} times stays at its level`, async () => {
    const { rt, facts } = await opened({ vm, timeouts: { provisionMs: 120_000 } });
    const place = { isolation, floor: 'isolate', memoryBytesMax: 16 * MIB } as const;
    await using box = await rt.sandboxes.open(place);
    for (let times = 0; times < crashes; times++) {
      const limits = { timeoutMs: 120_000, cpuMs: 120_000 };
      expect(await codeOf(box.call(BOMB, null, limits))).toBe('VM_MEMORY');
    }
    const after = await box.call('input', 1);
    expect([after.output, after.isolation, box.restarts]).toEqual([1, isolation, crashes]);
    expect(levelOf(rt, isolation)?.is).toBe('proved');
    expect(facts.filter(({ type }) => type === 'isolation.lost')).toEqual([]);
  });

  it(`${isolation}: nothing outlives a host that is killed while a guest loops`, async () => {
    const host = spawn(process.execPath, [VICTIM, isolation, imageDir ?? ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = host.pid ?? 0;
    await once(host.stdout, 'data');
    const [self, family] = [descendantsOf(process.pid), descendantsOf(pid)];
    expect(family.length > 0).toBe(isolation !== 'isolate');
    host.kill('SIGKILL');
    await once(host, 'exit');
    const all = [...family, ...self.filter((one) => one.pid === pid)];
    await expect.poll(() => all.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  });
}
