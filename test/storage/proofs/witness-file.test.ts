import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { WitnessFile } from '../../../storage/proofs/witness-file.ts';
import {
  bytes32,
  cutAndGrown,
  flipped,
  otherStoreId,
  secretOf,
  storeId,
} from '../store.fixture.ts';
import { rootByHand } from './rfc6962.ts';

const hash = createHash('sha256').update('example.com/log').digest();
const path = `/witness/${hash.toString('hex')}`;
const head = { size: 0x1_0000_0002, root: rootByHand(0, 5) };

/** Straight from FORMAT.md. */
function fileByHand(): Buffer {
  const size = Buffer.from('0000000100000002', 'hex');
  const fields = Buffer.concat([Buffer.from('HFWITN\0\x01'), size, head.root, hash]);
  const mac = createHmac('sha256', bytes32(3)).update('witness').update(storeId).update(fields);
  return Buffer.concat([fields, mac.digest()]);
}

function fileIn(files: MemoryFiles, { origin = 'example.com/log', id = storeId, key = 3 } = {}) {
  const tools = { files, directory: '/witness', key: secretOf(key), storeId: id };
  return new WitnessFile(tools, origin);
}

async function holding(bytes: Uint8Array, at = path): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  await files.makeDirectory('/witness');
  await files.replace(at, bytes);
  return files;
}

describe('the file of a witness', () => {
  it('is as FORMAT.md says, under the hash of the origin', async () => {
    const files = new MemoryFiles();
    expect(await fileIn(files).read()).toBeUndefined();
    await fileIn(files).write(head);
    expect(await files.list('/witness')).toEqual([hash.toString('hex')]);
    expect(Buffer.from((await files.read(path)) ?? [])).toEqual(fileByHand());
    expect(await fileIn(files).read()).toEqual(head);
  });

  it('is believed with every byte in its place, and not otherwise', async () => {
    const refused = `${path} is not what the witness wrote`;
    for (const bad of [...flipped(fileByHand()), ...cutAndGrown(fileByHand())]) {
      const read = fileIn(await holding(bad)).read();
      await expect(read).rejects.toMatchObject({ code: 'CORRUPT', message: refused });
    }
  });

  it('is believed of its own log, store and key only', async () => {
    const files = await holding(fileByHand());
    const other = createHash('sha256').update('example.com/other').digest('hex');
    const moved = await holding(fileByHand(), `/witness/${other}`);
    for (const file of [
      fileIn(files, { id: otherStoreId }),
      fileIn(files, { key: 4 }),
      fileIn(moved, { origin: 'example.com/other' }),
    ]) {
      await expect(file.read()).rejects.toMatchObject({ code: 'CORRUPT' });
    }
  });
});
