import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { diskFiles } from '../../../runtime/world/files.ts';
import { filesContract } from '../../contracts/files.contract.ts';

const place = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
afterAll(() => rmSync(place, { recursive: true }));

filesContract('the disk of this machine', async () => ({
  files: diskFiles,
  root: mkdtempSync(join(place, 'root-')),
}));
