import { buildImage, installedSources } from '../../../../../runtime/world/vm/microvm/image.ts';
import { findPrograms } from '../../../../../runtime/world/vm/microvm/qemu.ts';

/** Builds an image of what this machine has; says why not, if it lacks something. */
export async function buildHere(directory: string): Promise<string | undefined> {
  const programs = await findPrograms();
  if (typeof programs === 'string') return `there is no ${programs} here`;
  try {
    await buildImage(directory, await installedSources());
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
