import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const outside = new Set(['node_modules', 'dist', 'data', '.git']);

/**
 * The files of the project under `root`, as sorted paths with forward slashes: what git tracks or
 * would track, and in an unpacked tarball, where there is no git, what a walk finds.
 * @param {string} root
 * @returns {string[]}
 */
export function listTree(root) {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  // A clone made by another user is refused by git unless it is named safe on the command line.
  const git = existsSync(join(root, '.git'))
    ? spawnSync('git', ['-c', 'safe.directory=*', ...listing], { cwd: root, encoding: 'utf8' })
    : undefined;
  const paths = git?.status === 0 ? git.stdout.split('\0').filter(Boolean) : walk(root, '');
  return [...new Set(paths)].filter((path) => existsSync(join(root, path))).sort();
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function walk(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return outside.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() && !path.endsWith('.tsbuildinfo') ? [path] : [];
  });
}
