import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runHoldfast } from '../../../runtime/cli/holdfast.ts';
import { Terminal } from '../../../runtime/cli/terminal.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

async function holdfast(...args: readonly string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const status = await runHoldfast({ terminal: new Terminal(out, err), env: {} }, args);
  return { stdout: `${out.read() ?? ''}`, stderr: `${err.read() ?? ''}`, status };
}

describe('holdfast vm', () => {
  it.each([
    [[], 'no command of vm'],
    [['dance'], 'there is no command vm dance'],
    [['build'], '--dir takes a directory for the image'],
    [['build', '--dir', '/d', '--loud'], "Unknown option '--loud'"],
    [['doctor', '--kernel', '/k'], "Unknown option '--kernel'"],
    [['doctor', '--dir='], '--dir takes the directory of an image'],
  ])('says what it does not know: %j', async (args, message) => {
    const { status, stderr } = await holdfast('vm', ...args);
    expect({ status, said: stderr.split('\n')[0] }).toEqual({
      status: 2,
      said: expect.stringContaining(message),
    });
  });

  it('looks at this machine, where isolate works at least', async () => {
    const { stdout, stderr, status } = await holdfast('vm', 'doctor', '--json');
    const levels = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect({ levels, stderr, status }).toEqual({
      levels: [
        expect.objectContaining({ isolation: 'isolate', works: true, engine: 'quickjs-ng' }),
        expect.objectContaining({ isolation: 'process' }),
        {
          ...{ isolation: 'microvm', works: false, fix: 'holdfast vm build --dir DIR' },
          unavailable: 'vm.imageDir names no image to start',
        },
      ],
      ...{ stderr: '', status: 0 },
    });
  }, 60_000);

  it('builds from no file that is no kernel', async () => {
    const directory = temporaryDirectory();
    const kernel = join(import.meta.dirname, 'vm.test.ts');
    expect(await holdfast('vm', 'build', '--dir', directory, '--kernel', kernel)).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/this is no kernel|there is no busybox here/),
    });
    expect(() => readFileSync(join(directory, 'manifest.json'))).toThrow('ENOENT');
  });
});
