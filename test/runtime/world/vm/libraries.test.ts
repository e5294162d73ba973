import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { librariesOf } from '../../../../runtime/world/vm/libraries.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

const never = new AbortController().signal;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A PATH on which ldd is this script. */
function lddThat(script: string): void {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'ldd'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, 'ldd'), 0o755);
  vi.stubEnv('PATH', directory);
}

describe('the libraries of programs', () => {
  it('are those that are loaded with them, and their loader, each once', async () => {
    const libraries = await librariesOf([process.execPath, '/bin/sh'], never);
    expect(libraries).toContainEqual(expect.stringMatching(/\/libc\.so\.6$|\/ld-musl/));
    expect(libraries).toContainEqual(expect.stringMatching(/\/ld-[^/]*$/));
    expect(libraries).toEqual([...new Set(libraries)].sort());
  });

  it('are none, if they are static', async () => {
    lddThat('echo "\tnot a dynamic executable" >&2; exit 1');
    expect(await librariesOf(['/busybox'], never)).toEqual([]);
  });

  it.each([
    ['one is missing', 'echo "\tlibz.so.1 => not found"', '/a needs libz.so.1 => not found'],
    ['nobody knows', 'echo no >&2; exit 1', 'ldd cannot say what /a needs'],
  ])('are refused if %s', async (_, script, message) => {
    lddThat(script);
    await expect(librariesOf(['/a'], never)).rejects.toThrow(new RangeError(message));
  });
});
