import { expect, it } from 'vitest';
import { diagnosticsOf } from '../../../runtime/endpoints/diagnostics.ts';
import { MASK } from '../../../runtime/masking.ts';
import { diagnosedStage, idle } from './stage.fixture.ts';

it('an operator sees tree, modes, breakers, queues, ledger and dead letters', async () => {
  const { diagnosed, top, breakers, kernel, world } = await diagnosedStage();
  breakers.get('psp');
  const mailer = top.start('mailer', idle);
  mailer.tell({ type: 'mail.sent', to: 'hunter2' });
  await world.clock.advanceAsync(0);
  const told = diagnosticsOf(diagnosed);
  const letter = { subject: 'mailer', reason: 'unhandled', type: 'mail.sent' };
  expect(told).toMatchObject({
    name: 'shop',
    health: { status: 'pass', isReady: true },
    modes: { audit: { mode: 'readWrite' } },
    tree: { children: [{ id: 'mailer', state: 'running', waiting: 0 }] },
    breakers: { byGate: { admitting: 1 }, told: [{ name: 'psp' }] },
    queues: { mailboxes: { waiting: 0, actors: 1, of: kernel.actors }, audit: { lost: 0 } },
    audit: { mode: 'readWrite', holds: 0 },
    ledger: { heldBytes: 0 },
    peers: { connected: 0, told: [] },
    deadLetters: { total: 1, byReason: { unhandled: 1 }, recent: [letter] },
  });
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

it('why the log stands as it does is told without the secrets in it', async () => {
  const { diagnosed } = await diagnosedStage();
  const because = 'upload to https://me:hunter2@backup/x failed';
  const audit = { status: () => ({ ...diagnosed.audit.status(), because }) };
  expect(diagnosticsOf({ ...diagnosed, audit }).audit.because).toBe(
    `upload to https://${MASK}@backup/x failed`,
  );
});

it('what is told of a runtime that is full of long names stays small', async () => {
  const { diagnosed, top, breakers, kernel } = await diagnosedStage();
  const long = 'n'.repeat(120);
  for (let nth = 0; nth < 2_000; nth++) {
    breakers.get(`${long}${nth}`);
    top.start(`${nth}`, idle);
    kernel.letters.record(`${long}/`.repeat(60), 'dead', { type: long.repeat(100) });
  }
  const { deadLetters, breakers: told } = diagnosticsOf(diagnosed);
  expect([told.told.length, deadLetters.recent.length]).toEqual([200, 50]);
  expect(JSON.stringify(diagnosticsOf(diagnosed)).length).toBeLessThan(200_000);
});

it('checks and modes are told by their names, whatever word these are', async () => {
  const { diagnosed } = await diagnosedStage();
  const check = { status: 'fail', affects: 'nothing', atMs: 1, sinceMs: 1, because: 'x' } as const;
  const names = ['auth', 'token-issuer', 'Verkauf Süd', 'Verkauf Ost', '__proto__'];
  const by = <Each>(each: Each) => Object.fromEntries(names.map((name) => [name, each]));
  const report = { ...diagnosed.health(), checks: by(check) };
  const standings = () => by({ mode: 'shut', owner: 'hunter2' });
  const told = diagnosticsOf({ ...diagnosed, health: () => report, standings });
  expect(Object.entries(told.health.checks)).toEqual(names.map((name) => [name, check]));
  expect(Object.entries(told.modes)).toEqual(
    names.map((name) => [name, { mode: 'shut', owner: '[redacted 7 chars]' }]),
  );
});
