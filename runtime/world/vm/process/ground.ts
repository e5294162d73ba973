import { readFile } from 'node:fs/promises';
import type { VmUnavailable } from '../../../../actors/vm-drivers.ts';
import { digestOf, digestOfFile } from '../digest.ts';
import { librariesOf } from '../libraries.ts';
import { findJailTools, isOpenToAll, isUnavailable, type JailTools } from './jail-tools.ts';
import { seccompArch, seccompFilter } from './seccomp.ts';

export const AGENT = '/agent.mjs';
export const REALM = '/realm.mjs';

/** What the jails of this level are made of. */
export interface Ground {
  readonly tools: JailTools;
  /** On this machine. Inside, it is `/node`. */
  readonly node: string;
  readonly files: readonly (readonly [inside: string, outside: string])[];
  /** By their paths inside: what runs there, and what it imports. */
  readonly programs: Readonly<Record<string, string>>;
  readonly filter: Uint8Array;
  readonly digests: Readonly<Record<string, string>>;
}

export async function findGround(
  node: string,
  signal: AbortSignal,
): Promise<Ground | VmUnavailable> {
  if (process.platform !== 'linux' || process.arch !== seccompArch) {
    return { unavailable: `it takes Linux on ${seccompArch}` };
  }
  const tools = await findJailTools(signal);
  if (isUnavailable(tools)) return tools;
  if (tools.setpriv !== undefined && !(await isOpenToAll(node))) {
    return {
      unavailable: `${node} cannot be run but by root, whom a jail is not for`,
      fix: `install -D -m 755 ${node} /usr/local/bin/node`,
    };
  }
  const libraries = await librariesOf([node, tools.prlimit], signal);
  const [agent, realm] = await Promise.all(
    ['../agent.mjs', '../realm.mjs'].map((one) => readFile(new URL(one, import.meta.url), 'utf8')),
  );
  const programs = { [AGENT]: agent ?? '', [REALM]: realm ?? '' };
  const filter = seccompFilter();
  return {
    tools,
    node,
    files: [['/node', node], ...libraries.map((path) => [path, path] as const)],
    programs,
    filter,
    digests: {
      node: await digestOfFile(node, signal),
      bwrap: await digestOfFile(tools.bwrap, signal),
      agent: digestOf(programs[AGENT] ?? ''),
      realm: digestOf(programs[REALM] ?? ''),
      seccomp: digestOf(filter),
    },
  };
}
