import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findFailure, property, report } from '../../../../runtime/sim/property/index.ts';
import { ndjson } from '../../../../runtime/sim/trace.ts';
import { shop } from './bank.ts';

const options = { horizonMs: 20_000, seed: 9 };

describe('a property', () => {
  it(
    'holds for a shop that waits for its bank',
    property('shop', shop({ isPatient: true }), { ...options, faultsMax: 1 }),
  );

  it('rejects with the whole report, and writes the trace where it was asked to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const traceFile = join(folder, 'trace.ndjson');
    const failure = await findFailure(shop(), options);
    if (failure === undefined) throw new Error('nothing was found');
    const test = property('shop', shop(), { ...options, traceFile });
    await expect(test()).rejects.toThrow(new Error(report('shop', failure, traceFile)));
    expect(readFileSync(traceFile, 'utf8')).toBe(ndjson(failure.result.trace));
  });
});
