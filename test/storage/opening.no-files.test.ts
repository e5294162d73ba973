import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Log } from '../../storage/log.ts';
import { diskStage, killed, type LogStage, threeSegments } from './log-stage.ts';

/** What somebody may lay where a file was; the files of a world refuse pipes as they do these. */
const things: readonly [string, (path: string) => void][] = [
  ['a directory', (path) => mkdirSync(`${path}/x`, { recursive: true })],
  [
    'a file of 1 GiB',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 30);
    },
  ],
];

/** Where, and what a verifier says then. */
const places: readonly (readonly [string, string, string])[] = [
  ['the head', 'head', 'tampered'],
  ['the note of a sealed segment', 'segments/00000002.note', 'tampered'],
  ['the paper of a shredding', 'segments/00000001.shred', 'tampered'],
  ['the note of its destruction', 'segments/00000001.destroyed', 'tampered'],
  ['the log of a sealed segment', 'segments/00000002/000004.log', 'tampered'],
  ['its table', 'segments/00000002/000005.ldb', 'tampered'],
  ['the log of the active one', 'segments/00000003/000003.log', 'tampered'],
  ['the MANIFEST of the active one', 'segments/00000003/MANIFEST-000002', 'tornTail'],
];

/** After a kill. */
async function victim(): Promise<LogStage> {
  const stage = diskStage();
  const log = await threeSegments(stage, true);
  const copy = await killed(stage);
  await log.close();
  return copy;
}

describe.each(things)('a log after a kill in which there is %s', (_, lay) => {
  it.each(places)('for %s goes on, and loses nothing more', async (_name, place, said) => {
    const stage = await victim();
    const path = `${stage.root}/${place}`;
    renameSync(path, `${stage.root}/moved`);
    lay(path);
    const [{ verdict }, readable] = [await stage.verify(), await stage.read()];
    const { log } = await Log.open(stage.place, true);
    const read = await stage.read({ to: 14 }, log);
    await log.close();
    const later = (await stage.verify()).verdict;
    expect([verdict, later, read, await stage.findings()]).toEqual([said, said, readable, []]);
  });

  it('in the active segment, of which the engine knows nothing, goes on', async () => {
    const stage = await victim();
    lay(`${stage.place.layout.store(3)}/x`);
    execFileSync('mkfifo', [`${stage.place.layout.store(3)}/y`]);
    symlinkSync('/dev/zero', `${stage.place.layout.store(3)}/z`);
    await (await stage.open()).close();
    expect([await stage.findings(), await stage.verdicts()]).toEqual([
      [],
      'shredded: shredded ok ok',
    ]);
  });
});
