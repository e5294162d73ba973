import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { recordOf } from '../../../runtime/audit-event.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { claim } from '../../../storage/data-dir.ts';
import { Log } from '../../../storage/log.ts';
import { placeOf } from '../../../storage/place.ts';
import { Secret } from '../../../storage/secret.ts';
import { temporaryDirectory } from '../../storage/disk.ts';

export const keyHex = '07'.repeat(32);
export const time = '2026-01-01T00:00:00.000Z';
export const owner = { pid: 4_194_305, host: hostname(), name: 'orders', startedAt: time };
const storeId = Uint8Array.from({ length: 16 }, (_, at) => at + 1);

/** What is in the record with that index. */
export const eventAt = (index: number) => ({
  specversion: '1.0' as const,
  id: `x-${index}`,
  source: 'holdfast/orders',
  type: index % 2 === 0 ? 'order.placed' : 'order.shipped',
  subject: `order/${index}`,
  time,
  data: { n: index, card: { number: '4111' } },
});

const records = (from: number, to: number): readonly Uint8Array[] =>
  Array.from({ length: to - from }, (_, at) => {
    const { id, source, type, subject, data } = eventAt(from + at);
    return recordOf({ type, subject, data }, { id, source, time });
  });

/**
 * A directory that a process left: five records in segment 1, the others in segment 2; the file of
 * its key. Both are gone after the test.
 */
export async function dataDir({ isShredded = false, isClosed = true, size = 8 } = {}) {
  const { path, key, log, release } = await openDataDir();
  await log.append(records(0, 5));
  await log.seal(await log.rotate());
  if (isShredded) await log.shred(1, 'it is old');
  await log.append(records(5, size));
  if (isClosed) await log.close();
  else await log.abandon();
  await release();
  return { path, key };
}

/** The same, empty, and in use by this process. */
export async function openDataDir() {
  const home = temporaryDirectory();
  const [path, key] = [`${home}/data`, `${home}/key`];
  writeFileSync(key, `${keyHex}\n`, { mode: 0o600 });
  const { files, kv } = nodeWorld();
  const clock = new VirtualClock(Date.parse(time));
  const master = Secret.of(new Uint8Array(32).fill(7));
  const { bytes: random } = new SeededRandom(5).stream('log');
  const opener = { key: master, storeId, random };
  const dir = await claim({ files, kv, clock }, path, opener, owner);
  const place = { ...placeOf({ files, kv }, `${path}/audit`, storeId, dir.rootKey), clock, random };
  const { log } = await Log.open(place);
  return { path, key, log, release: () => dir.release() };
}

/** The lines that an export gives for these records. */
export const lineAt = (index: number): string =>
  JSON.stringify({ ...eventAt(index), auditindex: index });
