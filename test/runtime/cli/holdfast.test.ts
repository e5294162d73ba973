import { writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

/** `holdfast …args`, in this process. */
async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

describe('holdfast', () => {
  it.each([
    ['--help'],
    ['-h'],
    ['help'],
    ['audit', '--help'],
    ['audit', '-h'],
    ['audit', 'help'],
    ['audit', 'verify', '-h'],
    ['audit', 'verify', '--help'],
    ['help', 'audit'],
  ])('explains itself when asked to: %s %s %s', async (...args) => {
    const { stdout, stderr, status } = await holdfast(...args);
    expect([stdout.split('\n', 1)[0], stderr, status]).toEqual([
      'holdfast: an embeddable actor runtime',
      '',
      0,
    ]);
    expect(stdout).toContain('holdfast audit verify DATADIR');
  });

  it('explains of a command what is of that command', async () => {
    const { stdout } = await holdfast('inspect', '--help');
    const commands = stdout.split('\n').filter((line) => line.startsWith('  holdfast '));
    expect(commands.map((line) => line.slice(2, 28).trimEnd())).toEqual([
      'holdfast inspect [TRACE] [',
      'holdfast inspect DATADIR',
      'holdfast inspect URL',
    ]);
    expect((await holdfast('help', 'inspect')).stdout).toBe(stdout);
    expect((await holdfast('inspect', '--prot', '1')).stderr).toContain(stdout);
    const { stderr, status } = await holdfast('audit');
    expect([stderr, status]).toEqual([expect.stringContaining('holdfast audit verify DATADIR'), 2]);
  });

  it.each([[], ['--verison'], ['--version=1'], ['nonsense']])(
    'refuses what it does not know, on stderr, with the usage: %s',
    async (...args) => {
      const { stdout, stderr, status } = await holdfast(...args);
      expect([stdout, status]).toEqual(['', 2]);
      expect(stderr).toContain('holdfast --version    what is installed');
      expect(stderr).toContain('holdfast audit verify DATADIR');
    },
  );

  it('says what fails in one line, to people and to programs', async () => {
    const path = temporaryDirectory();
    writeFileSync(`${path}/cat.jpg`, 'cat');
    const message = `${path} holds cat.jpg, and no identity of a store`;
    const error = { code: 'DATA_FOREIGN', message };
    expect([
      await holdfast('audit', 'status', path),
      await holdfast('audit', 'status', path, '--json'),
    ]).toEqual([
      { stdout: '', stderr: `${message}\n`, status: 1 },
      { stdout: '', stderr: `${JSON.stringify({ error })}\n`, status: 1 },
    ]);
  });
});
