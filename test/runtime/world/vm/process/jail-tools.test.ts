import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  findJailTools,
  isOpenToAll,
  isUnavailable,
} from '../../../../../runtime/world/vm/process/jail-tools.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';

const never = new AbortController().signal;

afterEach(() => {
  vi.unstubAllEnvs();
});

function directoryOf(programs: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  }
  vi.stubEnv('PATH', directory);
  return directory;
}

describe('what a jail is made with', () => {
  it.each(['0.8.0', '0.11', '1.0'])('is found in PATH, bubblewrap at %s', async (version) => {
    const at = directoryOf({ bwrap: `echo bubblewrap ${version}`, prlimit: '', setpriv: '' });
    const isRoot = process.getuid?.() === 0;
    expect(await findJailTools(never)).toEqual({
      bwrap: join(at, 'bwrap'),
      bwrapVersion: version,
      prlimit: join(at, 'prlimit'),
      setpriv: isRoot ? join(at, 'setpriv') : undefined,
    });
  });

  it.each([
    ['nothing', {}, 'apt-get install bubblewrap'],
    ['no prlimit', { bwrap: 'echo 0.8.0' }, 'apt-get install util-linux'],
    ['an old bubblewrap', { bwrap: 'echo 0.7.9', prlimit: '' }, 'apt-get install bubblewrap'],
    ['one that says nothing', { bwrap: 'exit 1', prlimit: '' }, 'apt-get install bubblewrap'],
  ])('cannot be had with %s, and says what mends it', async (_, programs, fix) => {
    directoryOf({ setpriv: '', ...programs });
    const tools = await findJailTools(never);
    expect(isUnavailable(tools) && tools.fix).toBe(fix);
  });
});

describe('a program', () => {
  it('is open to all if each folder above it is', async () => {
    const directory = directoryOf({ tool: '' });
    chmodSync(directory, 0o755);
    const tool = join(directory, 'tool');
    expect(await isOpenToAll(tool)).toBe(true);
    chmodSync(directory, 0o700);
    expect(await isOpenToAll(tool)).toBe(false);
    chmodSync(directory, 0o755);
    chmodSync(tool, 0o700);
    expect(await isOpenToAll(tool)).toBe(false);
  });
});
