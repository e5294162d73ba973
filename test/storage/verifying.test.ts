import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { codeBlocks } from '../docs/section.ts';
import { audited, ended, settled } from '../runtime/audit-stage.ts';
import { temporaryDirectory } from './disk.ts';

const page = readFileSync(fileURLToPath(new URL('../../storage/VERIFYING.md', import.meta.url)));
const [{ code } = { code: '' }] = codeBlocks(page.toString(), 'js');

/** What the program of the page says of a receipt. */
function verify(receipt: string, verifierKey: string) {
  const directory = temporaryDirectory();
  const [program, file] = [`${directory}/verify.mjs`, `${directory}/receipt`];
  writeFileSync(program, code);
  writeFileSync(file, receipt);
  const run = spawnSync(process.execPath, [program, file, verifierKey], { encoding: 'utf8' });
  return [run.status, run.stdout.split('\n')[0], run.stderr.trimEnd()];
}

describe('a stranger with the program of VERIFYING.md', () => {
  it('verifies every record of a log, whatever its size', async () => {
    const { world, runtime, log } = await audited();
    const wrong: unknown[] = [];
    for (let count = 0; count < 9; count++) {
      await settled(world, log.append({ type: 'price.changed', data: count }));
      const { size } = log.status();
      const index = (count * 5) % size;
      const found = verify(await settled(world, log.prove(index)), log.verifierKey);
      const [origin] = log.verifierKey.split('+');
      const expected = [0, `record ${index} of ${origin}, which had ${size} records:`, ''];
      if (`${found}` !== `${expected}`) wrong.push([found, expected]);
    }
    await ended(world, runtime);
    expect(wrong).toEqual([]);
  });

  it('sees what was forged', async () => {
    const { world, runtime, log } = await audited();
    const other = await audited({}, simWorld({ seed: 2 }));
    for (let count = 0; count < 7; count++) await settled(world, log.append({ type: 'a.b' }));
    const receipt = await settled(world, log.prove(4));
    const { verifierKey } = log;
    const record = Buffer.from(/^extra (.*)$/m.exec(receipt)?.[1] ?? '', 'base64');
    record[record.length - 3] = (record[record.length - 3] ?? 0) ^ 1;
    const [, key = ''] = /^(?:.*\+)(.*)$/.exec(other.log.verifierKey) ?? [];
    expect([
      verify(receipt.replace(/^extra .*$/m, `extra ${record.toString('base64')}`), verifierKey),
      verify(receipt.replace(/^extra .*\n/m, ''), verifierKey),
      verify(receipt.replace(/^index 4$/m, 'index 5'), verifierKey),
      verify(receipt.replace(/^index 4$/m, 'index 99'), verifierKey),
      verify(receipt.replace(/^\d+$/m, '3'), verifierKey),
      verify(receipt, `${verifierKey.slice(0, -5)}${key.slice(-5)}`),
    ]).toEqual([
      [1, '', 'does not hold: the path to the root'],
      [1, '', 'does not hold: the record: it is not disclosed'],
      [1, '', 'does not hold: the path to the root'],
      [1, '', 'does not hold: the index'],
      [1, '', 'does not hold: the signature'],
      [1, '', 'does not hold: the signature'],
    ]);
    await ended(world, runtime);
    await ended(other.world, other.runtime);
  });
});
