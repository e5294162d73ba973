import { expect, it, onTestFinished } from 'vitest';
import { lookAt, sightLines } from '../../examples/orders/operator.mjs';
import { createRuntime } from '../../runtime/index.ts';

const well = { name: 'shop', livez: 200, readyz: 200, status: 'pass', checks: {} };

it('an operator sees with nothing but HTTP how a runtime stands', async () => {
  const runtime = await createRuntime({ name: 'shop', diagnostics: { port: 0 } });
  onTestFinished(async () => void (await runtime.shutdown()));
  const { modes, ...sight } = await lookAt(runtime.diagnosticsUrl ?? '');
  expect(sight).toEqual(well);
  expect(modes).toMatchObject({
    audit: { mode: 'readWrite', because: 'audit.opened' },
    isolation: { mode: 'refusing' },
    route: { mode: 'isolated' },
    load: { mode: 'normal' },
  });
});

it('what an operator sees is told in few words, without those of a terminal', () => {
  const modes = { audit: { mode: 'readOnly', because: 'no \u001b[31mspace' } };
  const checks = { audit: { status: 'warn', atMs: Date.now() + 60_000 } };
  const sight = { ...well, readyz: 503, status: 'warn', checks, modes };
  expect(sightLines(sight, 'audit')).toEqual([
    '/livez 200 · /readyz 503 · health: warn',
    'audit is readOnly: no [31mspace',
    'audit: warn, looked at 0 ms ago',
  ]);
  expect(sightLines(sight, 'load')[1]).toBe('load is unknown: ');
});
