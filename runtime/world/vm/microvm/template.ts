import { createWriteStream } from 'node:fs';
import { chmod, type FileHandle, open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openPlainFile, refusal } from '../plain-file.ts';
import { Machine } from './machine.ts';
import { bootArguments, fds } from './qemu.ts';
import { closeRoom, openRoom, socketIn } from './room.ts';
import { keepSnapshot, type Recipe } from './snapshot.ts';

const POLL_MS = 10;
const READY = Buffer.from([0, 0, 0, 0, 1]);

/**
 * Boots the image, and saves it once its agent is there, before it has heard a word.
 * @throws {Error} in plain words.
 */
export async function saveTemplate(recipe: Recipe, signal: AbortSignal): Promise<void> {
  const { image, programs, hardware } = recipe;
  const room = await openRoom();
  const opened: FileHandle[] = [];
  let machine: Machine | undefined;
  try {
    for (const path of [image.kernel, image.initrd]) opened.push(await openPlainFile(path));
    opened.push(await open(room, 'r'));
    machine = new Machine({
      programs,
      hardware,
      args: bootArguments(recipe.programMib),
      fds: opened.map(({ fd }) => fd),
    });
    const booted = machine;
    await machine.unlessEnded(heardReady(machine), signal);
    await keepSnapshot(recipe, (path) => booted.unlessEnded(drain(booted, room, path), signal));
  } finally {
    machine?.kill();
    await machine?.ended;
    for (const handle of opened) await handle.close();
    await closeRoom(room);
  }
}

/** The first frame of the agent is there, and no more. */
async function heardReady({ line }: Machine): Promise<void> {
  let heard = Buffer.alloc(0);
  while (heard.length < READY.length) {
    const chunk = await new Promise<Buffer>((resolve) => line.once('data', resolve));
    heard = Buffer.concat([heard, chunk]);
  }
  if (!heard.equals(READY)) throw new Error('it is no agent of ours that answers in it');
}

/** Trap: QEMU may start no program, and takes no descriptor by name: a socket of ours is left. */
async function drain({ qmp }: Machine, room: string, path: string): Promise<void> {
  const socket = socketIn(room);
  const server = createServer();
  let refused: Error | undefined;
  const arrived = new Promise<void>((resolve, reject) => {
    server.once('connection', (from) => {
      pipeline(from, createWriteStream(path, { mode: 0o600 })).then(resolve, (error) => {
        refused = refusal(path, 'written', error);
        reject(refused);
      });
    });
  });
  // QEMU may say first that it failed.
  arrived.catch(() => {});
  try {
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await chmod(socket, 0o666);
    await qmp.run('stop');
    await qmp.run('migrate-set-parameters', { 'max-bandwidth': 1e10 });
    await qmp.run('migrate', { uri: `unix:/proc/self/fd/${fds.third}/state` });
    for (;;) {
      const { status, 'error-desc': why } = Object(await qmp.run('query-migrate'));
      if (status === 'completed') break;
      if (status === 'failed') throw refused ?? new Error(`it cannot be saved: ${why}`);
      await delay(POLL_MS);
    }
    await arrived;
  } finally {
    server.close();
  }
}
