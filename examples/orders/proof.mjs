import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TAMPERED = 3;

/** @typedef {{ readonly lines: readonly string[], readonly broken: readonly string[] }} Proof */

/**
 * Verifies the log of the run as an outsider would, with the command line; then changes one byte
 * of a copy, and verifies that.
 * @param {{ readonly dataDir: string, readonly keyFile: string, readonly copyDir: string }} places
 * @returns {Proof}
 */
export function prove({ dataDir, keyFile, copyDir }) {
  const verified = verify(dataDir, keyFile);
  rmSync(copyDir, { recursive: true, force: true });
  cpSync(dataDir, copyDir, { recursive: true });
  const changed = changeOneByte(join(copyDir, 'audit/segments'));
  const tampered = verify(copyDir, keyFile);
  rmSync(copyDir, { recursive: true, force: true });
  const broken = [];
  if (verified.status !== 0) broken.push(`the log does not verify: ${verified.said}`);
  if (tampered.status !== TAMPERED) broken.push(`a changed byte went unseen: ${tampered.said}`);
  return {
    lines: [
      `    the log       ${verified.said}`,
      `    a copy of it, byte ${changed.offset} of ${changed.name} changed`,
      `                  ${tampered.said}`,
      '',
    ],
    broken,
  };
}

/**
 * @param {string} dataDir
 * @param {string} keyFile
 */
function verify(dataDir, keyFile) {
  const home = dirname(fileURLToPath(import.meta.resolve('holdfast/package.json')));
  const cli = join(home, 'dist/runtime/cli/main.js');
  const args = [cli, 'audit', 'verify', dataDir, '--master-key', keyFile, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, said: said(stdout) ?? stderr.trim() };
}

/**
 * The verdict in the last line.
 * @param {string} stdout
 */
function said(stdout) {
  const last = stdout.trim().split('\n').at(-1);
  if (!last?.startsWith('{')) return undefined;
  const { verdict, size, segments, problems } = JSON.parse(last);
  /** @type {{ verdict: string, because?: string }[]} */
  const found = [...segments, ...problems];
  const reason = found.find((each) => each.verdict === verdict && each.because)?.because;
  return `${verdict}: ${size} records${reason === undefined ? '' : `; ${reason}`}`;
}

/**
 * The middle byte of the largest file of the newest segment.
 * @param {string} folder
 */
function changeOneByte(folder) {
  const newest =
    readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .sort()
      .at(-1) ?? '';
  const names = readdirSync(join(folder, newest)).filter((name) => /\.(log|ldb)$/.test(name));
  const sized = names.map((name) => ({ name, size: statSync(join(folder, newest, name)).size }));
  const { name = '', size = 0 } = sized.sort((a, b) => b.size - a.size)[0] ?? {};
  const path = join(folder, newest, name);
  const bytes = readFileSync(path);
  const offset = Math.floor(size / 2);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return { name: `${newest}/${name}`, offset };
}
