import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../../../runtime/world/vm/programs.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a program', () => {
  it('is the first of its name in PATH that may be run', async () => {
    const [zeroth, first, second, third] = [0, 1, 2, 3].map(temporaryDirectory);
    mkdirSync(`${zeroth}/tool`);
    for (const directory of [first, second, third]) writeFileSync(`${directory}/tool`, '');
    for (const directory of [second, third]) chmodSync(`${directory}/tool`, 0o755);
    vi.stubEnv('PATH', `.:${zeroth}:${first}:${second}:${third}`);
    expect(await findProgram('tool')).toBe(join(second ?? '', 'tool'));
    expect(await findProgram('other')).toBe(undefined);
  });
});
