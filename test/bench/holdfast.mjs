import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { listTree } from '../tree.mjs';

/** @typedef {typeof import('../../runtime/index.ts')} Holdfast */

const root = new URL('../../', import.meta.url);
const entrance = new URL('dist/runtime/index.js', root);

/** Why the package cannot be measured, or should not be; undefined if all is well. */
export function problemWithDist() {
  if (!existsSync(entrance)) {
    return { isMissing: true, text: 'dist is missing: build it with `npm ci`' };
  }
  const builtAtMs = statSync(entrance).mtimeMs;
  const newer = listTree(fileURLToPath(root))
    .filter((path) => /^(machines|storage|actors|runtime)\/.*\.(ts|mjs)$/.test(path))
    .find((path) => statSync(new URL(path, root)).mtimeMs > builtAtMs);
  if (newer === undefined) return undefined;
  return { isMissing: false, text: `dist is older than ${newer}: \`npm run prepare\` renews it` };
}

/**
 * The package by its name, as a user gets it. The nearest package.json of a bench is that of the
 * rivals, which does not know the name, so it is looked up from the root.
 * @returns {Promise<Holdfast>}
 */
export async function loadHoldfast() {
  const path = createRequire(new URL('package.json', root)).resolve('holdfast');
  return await import(pathToFileURL(path).href);
}
