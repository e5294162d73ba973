import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, digestOfFile, digestOfOpened, identityOf } from '../digest.ts';
import { isNoFile, openPlainFile, refusal } from '../plain-file.ts';
import type { Image } from './image.ts';
import { bootArguments, type Hardware, machineArguments, type Programs } from './qemu.ts';
import {
  type KeptState,
  markUsed,
  pathOfState,
  placeOfSnapshots,
  pruneSnapshots,
  statesOf,
} from './snapshot-files.ts';

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

const placeOf = ({ image }: Recipe): string => placeOfSnapshots(image.directory);
const nameOf = (recipe: Recipe): string => keyOf(recipe).slice(0, 32);

export interface Snapshot {
  /** To be closed by whoever asked for it. */
  readonly handle: FileHandle;
  readonly digest: string;
}

/** The last state of each key, in each place, that was compared with its digest. */
const verified = new Map<string, string>();

/**
 * Undefined if there is none. What is not what was saved is removed, for another to be saved.
 * @throws {Error} if it cannot be read, or removed.
 */
export async function openSnapshot(recipe: Recipe): Promise<Snapshot | undefined> {
  const [place, key] = [placeOf(recipe), nameOf(recipe)];
  for (const state of await statesOf(place, key)) {
    const handle = await openState(state.path);
    try {
      if (handle !== undefined && (await isWhole(handle, state, join(place, key)))) {
        return { handle, digest: state.digest };
      }
    } catch (error) {
      await handle?.close();
      throw refusal(state.path, 'read', error);
    }
    await handle?.close();
    await removeBroken(state.path);
  }
  return undefined;
}

/** Undefined if it is gone, or is no file. Trap: what cannot be read now may be whole. */
async function openState(path: string): Promise<FileHandle | undefined> {
  try {
    return await openPlainFile(path);
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw refusal(path, 'read', error);
  }
}

async function isWhole(handle: FileHandle, { path, digest }: KeptState, of: string) {
  await markUsed(handle, Date.now());
  const identity = `${path} ${identityOf(await handle.stat({ bigint: true }))}`;
  if (verified.get(of) === identity) return true;
  if ((await digestOfOpened(handle)) !== digest) return false;
  verified.set(of, identity);
  return true;
}

async function removeBroken(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    const { code } = Object(error);
    throw new Error(`${path} is not the snapshot that was saved, and cannot be removed: ${code}`);
  }
}

/** Saves a state. It has its name once it is whole; others may go for it. */
export async function keepSnapshot(
  recipe: Recipe,
  save: (path: string) => Promise<void>,
): Promise<void> {
  const place = placeOf(recipe);
  await mkdir(place, { recursive: true });
  const unfinished = join(place, `${nameOf(recipe)}.${randomUUID()}.new`);
  try {
    await save(unfinished);
    const digest = await digestOfFile(unfinished);
    const saved = pathOfState(place, nameOf(recipe), digest);
    await rename(unfinished, saved);
    // It is saved, though others may be in the way that cannot be removed.
    await pruneSnapshots(place, saved, Date.now()).catch(() => {});
  } finally {
    await rm(unfinished, { force: true });
  }
}
