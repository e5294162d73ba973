import { expect, it } from 'vitest';
import { simWorld } from '../../runtime/sim/world.ts';
import { audited, ended, refusal, settled } from '../runtime/audit-stage.ts';

it('seals are begun, are on record, and are verified with what was kept', async () => {
  const { world, runtime, log } = await audited();
  const seals = await settled(world, log.beginSeals());
  await settled(world, log.append({ type: 'order.placed' }));
  await settled(world, log.rotate());
  const types: string[] = [];
  for await (const read of log.read({ type: 'audit.seals.begun' })) types.push(read.kind);
  expect([types, (await settled(world, log.verify({ seals }))).verdict]).toEqual([
    ...[['record'], 'ok'],
  ]);
  await ended(world, runtime);
  const next = await audited({}, world);
  expect((await settled(world, next.log.verify({ seals }))).verdict).toBe('ok');
  const other = await audited({}, simWorld({ seed: 2 }));
  expect(await refusal(settled(other.world, other.log.verify({ seals })))).toBe(
    'AUDIT_UNPROVEN: the start of the seals is refused: it is of another log',
  );
});
