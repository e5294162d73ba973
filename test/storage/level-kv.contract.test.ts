import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { diskFiles } from '../../runtime/world/files.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { kvContract } from '../contracts/kv.contract.ts';

const place = mkdtempSync(join(tmpdir(), 'holdfast-kv-'));
afterAll(() => rmSync(place, { recursive: true }));

kvContract('LevelDB on the disk of this machine', async () => ({
  files: diskFiles,
  kv: levelKv(diskFiles),
  root: mkdtempSync(join(place, 'root-')),
  logOf: (names) => names.filter((name) => name.endsWith('.log')).at(-1),
}));
