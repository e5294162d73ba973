import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { closeRoom, openRoom, socketIn } from '../../../../../runtime/world/vm/microvm/room.ts';
import { temporaryDirectory } from '../../../../storage/disk.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const hoursAgo = (hours: number): number => Date.now() / 1_000 - hours * 3_600;

/** Where temporary files are, with directories of that name, last changed so many hours ago. */
function withRooms(rooms: Readonly<Record<string, number>>): string {
  const directory = temporaryDirectory();
  vi.stubEnv('TMPDIR', directory);
  for (const [name, hours] of Object.entries(rooms)) {
    mkdirSync(join(directory, name));
    utimesSync(join(directory, name), hoursAgo(hours), hoursAgo(hours));
  }
  return directory;
}

/** By one who is killed before he closes it. */
function leaveSocket(path: string): void {
  const listen = `require('node:net').createServer().listen(process.argv[1], () => {
    process.kill(process.pid, 'SIGKILL');
  })`;
  expect(spawnSync(process.execPath, ['-e', listen, path]).signal).toBe('SIGKILL');
}

it('leaves nothing when it is closed', async () => {
  const directory = withRooms({});
  const room = await openRoom();
  writeFileSync(socketIn(room), '');
  await closeRoom(room);
  expect(readdirSync(directory)).toEqual([]);
});

it('is opened without those of hosts that were killed, and beside what is of others', async () => {
  const stay = { 'holdfast-vm-young1': 0, 'holdfast-vm-notes-of-mine': 2, elsewhere: 2 };
  const directory = withRooms({ ...stay, 'holdfast-vm-killed': 2, 'holdfast-vm-empty1': 2 });
  const backup = join(directory, 'holdfast-vm-backup');
  mkdirSync(backup);
  writeFileSync(socketIn(backup), 'my thesis');
  symlinkSync(join(directory, 'elsewhere'), join(directory, 'holdfast-vm-linked'));
  leaveSocket(socketIn(join(directory, 'holdfast-vm-killed')));
  for (const room of [backup, join(directory, 'holdfast-vm-killed')]) {
    utimesSync(room, hoursAgo(2), hoursAgo(2));
  }
  await closeRoom(await openRoom());
  expect(readdirSync(directory).sort()).toEqual(
    [...Object.keys(stay), 'holdfast-vm-backup', 'holdfast-vm-linked'].sort(),
  );
  expect(readdirSync(backup)).toEqual(['state']);
});
