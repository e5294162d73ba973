import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../package.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

beforeAll(buildPackage);

function holdfast(...args: readonly string[]) {
  const command = [`${root}/dist/runtime/cli/main.js`, ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { stdout, stderr, status };
}

describe('holdfast, from a shell', () => {
  it('says which version is installed', () => {
    expect(holdfast('--version')).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  it('explains itself when asked to', () => {
    const { stdout, stderr, status } = holdfast('--help');
    expect([stdout.split('\n', 1)[0], stderr, status]).toEqual([
      'holdfast: an embeddable actor runtime',
      '',
      0,
    ]);
  });

  it.each([[], ['--verison'], ['audit'], ['--version=1']])(
    'refuses what it does not know, on stderr, with the usage: %s',
    (...args) => {
      const { stdout, stderr, status } = holdfast(...args);
      expect([stdout, status]).toEqual(['', 2]);
      expect(stderr).toContain('holdfast --version    what is installed');
    },
  );
});
