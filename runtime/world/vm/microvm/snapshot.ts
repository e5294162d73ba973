import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf, digestOfFile } from '../digest.ts';
import { openPlainFile, readPlainFile } from '../plain-file.ts';
import type { Image } from './image.ts';
import { bootArguments, type Hardware, machineArguments, type Programs } from './qemu.ts';
import { placeOfSnapshots } from './snapshot-files.ts';

export interface Recipe {
  readonly programs: Programs;
  readonly image: Image;
  readonly hardware: Hardware;
  /** Of its memory, what is for the program. */
  readonly programMib: number;
  /** Of QEMU. */
  readonly qemu: string;
}

/** What the same state can be had from, and nothing else. */
export function keyOf({ image, hardware, programMib, qemu }: Recipe): string {
  const { kernel, initrd } = image.manifest;
  const args = [...machineArguments(hardware), ...bootArguments(programMib)];
  return digestOf(JSON.stringify([kernel, initrd, qemu, args]));
}

const pathsOf = (recipe: Recipe) => {
  const base = join(placeOfSnapshots(recipe.image.directory), keyOf(recipe).slice(0, 32));
  return { state: `${base}.state`, paper: `${base}.json` };
};

export interface Snapshot {
  /** To be closed by whoever asked for it. */
  readonly handle: FileHandle;
  readonly digest: string;
}

/** The states that were compared with their digests: by inode, size and time of change. */
const verified = new Map<string, string>();

/** Undefined if there is none. @throws {RangeError} if it is not what was saved. */
export async function openSnapshot(recipe: Recipe): Promise<Snapshot | undefined> {
  const paths = pathsOf(recipe);
  const paper = await readPlainFile(paths.paper).catch(() => undefined);
  if (paper === undefined) return undefined;
  const handle = await openPlainFile(paths.state).catch(() => undefined);
  try {
    const { state, bytes } = Object(JSON.parse(paper.toString()));
    const found = await handle?.stat({ bigint: true });
    const identity = `${state} ${found?.ino} ${found?.size} ${found?.mtimeNs}`;
    if (handle !== undefined && String(found?.size) === String(bytes)) {
      if (verified.get(paths.state) === identity) return { handle, digest: state };
      if ((await digestOfFile(paths.state)) === state) {
        verified.set(paths.state, identity);
        return { handle, digest: state };
      }
    }
  } catch {}
  await handle?.close();
  throw new RangeError(`${paths.state} is not the snapshot that was saved`);
}

/** Where a state that is being saved goes, and what says that it is whole. */
export async function keepSnapshot(
  recipe: Recipe,
  save: (path: string) => Promise<void>,
): Promise<void> {
  const paths = pathsOf(recipe);
  await mkdir(dirname(paths.state), { recursive: true });
  const unfinished = `${paths.state}.${randomUUID()}.new`;
  try {
    await save(unfinished);
    const { size: bytes } = await stat(unfinished);
    const state = await digestOfFile(unfinished);
    const text = `${JSON.stringify({ version: 1, state, bytes })}\n`;
    await rename(unfinished, paths.state);
    await writeFile(unfinished, text);
    await rename(unfinished, paths.paper);
  } finally {
    await rm(unfinished, { force: true });
  }
}
