import { onTestFinished } from 'vitest';
import { AGENT, findGround } from '../../../../../runtime/world/vm/process/ground.ts';
import { Jailed, type JailSpec } from '../../../../../runtime/world/vm/process/jail.ts';
import { isUnavailable } from '../../../../../runtime/world/vm/process/jail-tools.ts';
import { seccompFilter } from '../../../../../runtime/world/vm/process/seccomp.ts';

const found = await findGround(process.execPath, AbortSignal.timeout(20_000));

/** Why no jail can be made here; undefined if one can. */
export const obstacle: string | undefined = isUnavailable(found)
  ? `${found.unavailable}: ${found.fix}`
  : undefined;

export function ground() {
  if (isUnavailable(found)) throw new Error(found.unavailable);
  return found;
}

export function specOf(source: string, more: Partial<JailSpec> = {}): JailSpec {
  return {
    program: ['/node', '--jitless', '--no-warnings', AGENT],
    files: ground().files,
    texts: { [AGENT]: source },
    descriptors: ['pipe'],
    limits: { dataBytesMax: 2 ** 29, addressBytesMax: 2 ** 32, processesMax: 16, filesMax: 64 },
    filter: seccompFilter(),
    ...more,
  };
}

/** A script in a jail; `heard` is what it says over descriptor 3, once it is over. */
export function jailed(source: string, more: Partial<JailSpec> = {}) {
  const jail = new Jailed(ground().tools, specOf(source, more));
  onTestFinished(() => jail.kill());
  let text = '';
  jail.socket(3).setEncoding('utf8');
  jail.socket(3).on('data', (part: string) => {
    text += part;
  });
  return { jail, heard: () => jail.exited.then(() => text) };
}

/** Whether there is such a process, other than one that nobody has waited for. */
export async function isAlive(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}
