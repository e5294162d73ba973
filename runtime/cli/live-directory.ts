import { resolve } from 'node:path';
import type { World } from '../../actors/world.ts';
import { isInUse, ownerOf, speakerOf } from './data-owner.ts';
import { Failure } from './failure.ts';
import { connectTo, LiveProcess } from './live-process.ts';

/** The process that has the directory open. @throws {Failure} if there is none. */
export async function processIn(
  world: Pick<World, 'clock' | 'files' | 'sockets'>,
  directory: string,
): Promise<LiveProcess> {
  const given = resolve(directory);
  const path = await world.files.realPath(given);
  // Anybody may leave a socket that lies; it counts only while the lock is held.
  const isBusy = await isInUse(world.files, path);
  const connection = isBusy ? await connectTo(world, given) : undefined;
  if (connection === undefined) throw new Failure(`no process has ${path} open`);
  const owner = await ownerOf(world.files, path);
  return new LiveProcess(world.clock, connection, speakerOf(owner));
}
