import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildImage, installedSources } from '../../runtime/world/vm/microvm/image.ts';
import { temporaryDirectory } from '../storage/disk.ts';
import { childrenSince, codeOf, levelOf, opened } from './vm-levels.ts';

/** What comes of what an intruder does who is root in a microVM. */
const ends: Readonly<Record<string, unknown>> = {
  garbage: 'VM_PROTOCOL',
  epitaph: 'VM_TIMEOUT',
  panic: 'VM_CRASHED',
  reset: 'VM_CRASHED',
  reboot: 'VM_CRASHED',
  poweroff: 'VM_TIMEOUT',
  memory: 'VM_TIMEOUT',
  fill: 'VM_CRASHED',
  // It runs out of memory, or of time, whichever comes first.
  forks: expect.stringMatching(/^VM_(TIMEOUT|MEMORY)$/),
  hoard: 'VM_MEMORY',
};

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** An image whose agent lets the intruder do what it is called with, if that is a misdeed. */
async function buildWithIntruder(directory: string): Promise<void> {
  const agent = join(directory, 'intruder.mjs');
  const called = '  if (kind === 1) {\n';
  const honest = textOf('../../runtime/world/vm/agent.mjs');
  if (!honest.includes(called)) throw new Error('the agent is called in other words');
  const hooked = honest.replace(
    called,
    `  if (kind === 1 && intrude(message.code)) return;\n${called}`,
  );
  writeFileSync(agent, hooked + textOf('vm-intruder.mjs'));
  await buildImage(directory, { ...(await installedSources()), agent });
}

/** Whoever is root in a microVM ends it, and no more: its level stays, and its host. */
export function insidePromises(): void {
  it('microvm: root in it ends it, and nothing else', async () => {
    const children = childrenSince();
    const imageDir = temporaryDirectory();
    await buildWithIntruder(imageDir);
    const { rt, facts } = await opened({ vm: { imageDir }, timeouts: { provisionMs: 120_000 } });
    const found: Record<string, unknown> = {};
    for (const code of Object.keys(ends)) {
      const wish = { code, isolation: 'microvm', floor: 'isolate' } as const;
      found[code] = await codeOf(rt.sandboxes.run({ ...wish, timeoutMs: 8_000, cpuMs: 8_000 }));
    }
    expect(found).toEqual(ends);
    expect(levelOf(rt, 'microvm')?.is).toBe('proved');
    const told = facts.filter(({ type }) => /^isolation\.lost|^breaker\./.test(type));
    expect(told).toEqual([]);
    await rt.shutdown();
    await expect.poll(children, { timeout: 10_000 }).toEqual([]);
  });
}
