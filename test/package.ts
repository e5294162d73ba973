import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listTree } from './tree.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles the package to `dist`, as it is published, unless that is newer than every source.
 * @throws {Error} with what the compiler said.
 */
export function buildPackage(): void {
  const writtenAtMs = (path: string): number =>
    statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = listTree(root).filter((path) =>
    /^(machines|storage|actors|runtime)\//.test(path),
  );
  const newestMs = Math.max(...sources.map(writtenAtMs));
  if (writtenAtMs('dist/runtime/index.js') > newestMs) return;
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
}
