import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LISTED_BYTES_MAX = 65_536;

/**
 * The shared libraries that programs need, as the loader finds them, and the loader; nothing for
 * those that are static. @throws {RangeError} if one is missing, or ldd cannot say.
 */
export async function librariesOf(
  programs: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const each = await Promise.all(programs.map((program) => listed(program, signal)));
  return [...new Set(each.flat())].sort();
}

async function listed(program: string, signal: AbortSignal): Promise<readonly string[]> {
  const stdout = await run(program, signal);
  const missing = /^\t.*not found.*$/m.exec(stdout)?.[0].trim();
  if (missing !== undefined) throw new RangeError(`${program} needs ${missing}`);
  return [...stdout.matchAll(/^\t(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

async function run(program: string, signal: AbortSignal): Promise<string> {
  const limits = { signal, killSignal: 'SIGKILL', maxBuffer: LISTED_BYTES_MAX } as const;
  try {
    return (await promisify(execFile)('ldd', [program], limits)).stdout;
  } catch (error) {
    const { stdout, stderr } = Object(error);
    if (`${stdout}${stderr}`.includes('not a dynamic')) return '';
    throw new RangeError(`ldd cannot say what ${program} needs`, { cause: error });
  }
}
