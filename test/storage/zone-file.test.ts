import { hkdfSync } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, it } from 'vitest';
import type { NotePaper } from '../../storage/paper.ts';
import { Secret } from '../../storage/secret.ts';
import { readZones, writeZones } from '../../storage/zone-file.ts';
import { decodeZones, type ZoneMap } from '../../storage/zone-map.ts';
import { diskStage, type LogStage, memoryStage, storeId } from './log-stage.ts';

const key = Secret.of(new Uint8Array(32).fill(9));

const note: NotePaper = {
  v: 1,
  kind: 'note',
  segment: 7,
  first: 10,
  size: 12,
  chainBefore: '00'.repeat(32),
  chainAfter: 'ab'.repeat(32),
  openedMs: 1,
  writtenMs: 2,
  files: [],
};

const map: ZoneMap = {
  types: ['a', 'b'],
  zones: [{ from: 10, to: 12, earliestMs: 3, latestMs: 4, types: new Uint8Array(32).fill(3) }],
};

async function begun<Stage extends LogStage>(stage: Stage): Promise<Stage> {
  await stage.files.makeDirectory(stage.place.layout.segments);
  return stage;
}

const PATH = '/audit/segments/00000007.zones';

describe('the file of the zones of a segment', () => {
  it('is sealed with a key of that segment, as FORMAT.md says', async () => {
    const { place, files } = await begun(memoryStage());
    await writeZones(place, note, key, map);
    const bytes = Buffer.from((await files.read(PATH)) ?? []);
    const label = 'holdfast/v1/zones';
    const opening = key.use((secret) => hkdfSync('sha256', secret, storeId, label, 32));
    const end = Buffer.from(`00000007${'ab'.repeat(32)}`, 'hex');
    const aad = Buffer.concat([Buffer.from('zones'), storeId, bytes.subarray(0, 8), end]);
    const cipher = xchacha20poly1305(new Uint8Array(opening), bytes.subarray(8, 32), aad);
    const plain = cipher.decrypt(bytes.subarray(32));
    expect([bytes.toString('hex', 0, 8), decodeZones(plain, 12)]).toEqual([
      '48465a4f4e455301',
      map,
    ]);
    expect(await readZones(place, note, key)).toEqual(map);
  });

  it.each<[string, Partial<NotePaper>, Secret]>([
    ['another segment', { segment: 8 }, key],
    ['a segment that ended otherwise', { chainAfter: 'ac'.repeat(32) }, key],
    ['a segment with another key', {}, Secret.of(new Uint8Array(32).fill(8))],
  ])('is not taken for that of %s', async (_, other, otherKey) => {
    const { place, files } = await begun(memoryStage());
    await writeZones(place, note, key, map);
    await files.rename(PATH, place.layout.zones(other.segment ?? 7));
    expect(await readZones(place, { ...note, ...other }, otherKey)).toBeUndefined();
  });

  it('counts for nothing if it is missing, damaged or cut', async () => {
    const stage = await begun(memoryStage());
    const { place, files } = stage;
    expect(await readZones(place, note, key)).toBeUndefined();
    await writeZones(place, note, key, map);
    const whole = (await files.read(PATH)) ?? new Uint8Array();
    for (let at = 0; at < whole.length; at++) {
      await stage.flip(PATH, at);
      expect(await readZones(place, note, key)).toBeUndefined();
      await files.replace(PATH, whole.slice(0, at));
      expect(await readZones(place, note, key)).toBeUndefined();
      await files.replace(PATH, whole);
    }
    expect(await readZones(place, note, key)).toEqual(map);
  });

  it('counts for nothing if it is a directory or a link, or far too long', async () => {
    const { place, files } = await begun(diskStage());
    const path = place.layout.zones(7);
    await writeZones(place, note, key, map);
    const whole = (await files.read(path)) ?? new Uint8Array();
    const hostile = [
      () => mkdirSync(path),
      () => {
        writeFileSync(`${path}.real`, whole);
        symlinkSync(`${path}.real`, path);
      },
      () => writeFileSync(path, Buffer.concat([whole, new Uint8Array(5_000_000)])),
    ];
    for (const put of hostile) {
      await files.remove(path);
      put();
      expect(await readZones(place, note, key)).toBeUndefined();
    }
  });

  it('is not written if it had more than 4 MiB', async () => {
    const { place, files } = await begun(memoryStage());
    const [zone] = map.zones;
    const zones = zone ? Array.from({ length: 80_000 }, () => zone) : [];
    await writeZones(place, note, key, { types: [], zones });
    expect(await files.read(PATH)).toBeUndefined();
  });
});
