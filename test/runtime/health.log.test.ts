import { expect, it } from 'vitest';
import { audited, ended, refusal, settled } from './audit-stage.ts';

const BECAUSE = 'failed, refuses effects: neither copy of the key page is whole';

it('a log that failed makes a process not ready, never dead, until it is mended', async () => {
  const { world, runtime, clock, log } = await audited();
  const { files } = world;
  const told = async (): Promise<unknown> => {
    const { status, isReady, checks } = runtime.health();
    const probes = ['/livez', '/readyz', '/startupz'].map((path) =>
      runtime.fetch(new Request(`http://shop.example${path}`)),
    );
    const answers = (await Promise.all(probes)).map((answer) => answer.status);
    return [status, isReady, checks.audit?.status, ...answers];
  };
  await told();
  await clock.advanceAsync(1_000);
  const before = await told();
  const pages = ['/data/audit/keys.a', '/data/audit/keys.b'];
  const whole = await Promise.all(pages.map((page) => files.read(page)));
  for (const page of pages) await files.replace(page, new Uint8Array(65_536));
  files.isReadOnly = true;
  void log.append({ type: 'order.placed' }).catch(() => {});
  await clock.advanceAsync(0);
  const spooling = await told();
  files.isReadOnly = false;
  await clock.advanceAsync(60_000);
  const failed = [await told(), runtime.health().checks.audit?.because];
  const write = runtime.protect('charge', () => 1, { effect: 'write' });
  const refused = await refusal(settled(world, write()));
  for (const [nth, page] of pages.entries()) {
    await files.replace(page, whole[nth] ?? new Uint8Array());
  }
  runtime.audit.resume();
  await clock.advanceAsync(1_000);
  expect([before, spooling, failed, refused, await told()]).toEqual([
    ['pass', true, 'pass', 200, 200, 200],
    ['warn', true, 'warn', 200, 200, 200],
    [['fail', false, 'fail', 200, 503, 200], BECAUSE],
    'READ_ONLY: no call to "charge": effects are refused while nothing can be recorded',
    ['pass', true, 'pass', 200, 200, 200],
  ]);
  await ended(world, runtime);
});
