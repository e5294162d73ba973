import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { ed25519Verify } from '../../storage/ed25519.ts';
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

  it('verifies a receipt that a witness has signed, too', async () => {
    const { world, runtime, log } = await audited();
    const { witness } = await createRuntime({ world: simWorld({ seed: 2 }) });
    witness.trust({ verifierKey: log.verifierKey });
    await settled(world, log.append({ type: 'price.changed' }));
    const { verifierKey } = witness;
    const witnessed = log.witnessedBy({ verifierKey, post: (body) => witness.add(body) });
    const checkpoint = await settled(world, witnessed.cosign());
    const receipt = await settled(world, log.prove(1, { checkpoint }));
    await ended(world, runtime);
    expect(verify(receipt, log.verifierKey)).toEqual([
      0,
      expect.stringMatching(/^record 1 of/),
      '',
    ]);
    const line = receipt
      .split('\n')
      .find((one) => one.startsWith(`— ${verifierKey.split('+')[0]} `));
    const blob = Buffer.from(line?.split(' ')[2] ?? '', 'base64');
    const [body] = checkpoint.split('\n\n');
    const said = `cosignature/v1\ntime ${blob.readBigUInt64BE(4)}\n${body}\n`;
    const key = Buffer.from(verifierKey.split('+').slice(2).join('+'), 'base64').subarray(1);
    expect(ed25519Verify(key, Buffer.from(said), blob.subarray(12))).toBe(true);
  });

  it('sees what was forged', async () => {
    const { world, runtime, log } = await audited();
    const other = await audited({}, simWorld({ seed: 2 }));
    for (let count = 0; count < 7; count++) await settled(world, log.append({ type: 'a.b' }));
    const receipt = await settled(world, log.prove(4));
    const first = await settled(world, log.prove(0));
    const { verifierKey } = log;
    const record = Buffer.from(/^extra (.*)$/m.exec(receipt)?.[1] ?? '', 'base64');
    record[record.length - 3] = (record[record.length - 3] ?? 0) ^ 1;
    const [, key = ''] = /^(?:.*\+)(.*)$/.exec(other.log.verifierKey) ?? [];
    expect([
      verify(receipt.replace(/^extra .*$/m, `extra ${record.toString('base64')}`), verifierKey),
      verify(receipt.replace(/^extra .*\n/m, ''), verifierKey),
      verify(receipt.replace(/^index 4$/m, 'index 5'), verifierKey),
      verify(receipt.replace(/^index 4$/m, 'index 99'), verifierKey),
      verify(receipt.replace(/^index 4$/m, 'index 4.5'), verifierKey),
      verify(first.replace(/^index 0$/m, 'index -1'), verifierKey),
      verify(receipt.replace(/^\d+$/m, '3'), verifierKey),
      verify(receipt, `${verifierKey.slice(0, -5)}${key.slice(-5)}`),
    ]).toEqual([
      [1, '', 'does not hold: the path to the root'],
      [1, '', 'does not hold: the record: it is not disclosed'],
      [1, '', 'does not hold: the path to the root'],
      [1, '', 'does not hold: the index'],
      [1, '', 'does not hold: the index'],
      [1, '', 'does not hold: the index'],
      [1, '', 'does not hold: the signature'],
      [1, '', 'does not hold: the signature'],
    ]);
    await ended(world, runtime);
    await ended(other.world, other.runtime);
  });
});
