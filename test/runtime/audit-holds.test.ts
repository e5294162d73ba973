import { describe, expect, it } from 'vitest';
import { OPEN_END } from '../../storage/holds.ts';
import { all, audited, ended, refusal, settled, told } from './audit-stage.ts';

/** An order, and its segment has ended: no record comes into the next one but of that. */
async function twoOrders() {
  const at = await audited();
  for (const type of ['order.placed', 'order.paid']) {
    await settled(at.world, at.log.append({ type }));
    await settled(at.world, at.log.rotate());
  }
  const { segments } = await settled(at.world, at.log.verify());
  const [first = { size: 0 }, second = { size: 0 }] = segments;
  return { ...at, ends: [first.size, second.size] as const };
}

const everything = { before: Number.MAX_SAFE_INTEGER };

describe('a hold on an audit log', () => {
  it('keeps records from being shredded until it is released, also after a restart', async () => {
    const at = await twoOrders();
    const [end] = at.ends;
    const hold = { name: 'case 7', fromIndex: end, reason: 'a court asks' };
    await settled(at.world, at.log.hold(hold));
    await ended(at.world, at.runtime);
    const next = await audited({}, at.world);
    expect(next.log.status().holds).toEqual([{ name: 'case 7', from: end, to: OPEN_END }]);
    expect(await refusal(settled(next.world, next.log.shred(everything)))).toBe(
      'AUDIT_HELD: segment 2 is held by "case 7"',
    );
    expect(await settled(next.world, next.log.shred({ before: end }))).toEqual([1]);
    await settled(next.world, next.log.release({ name: 'case 7' }));
    expect(await settled(next.world, next.log.shred(everything))).toEqual([2]);
    expect(next.log.status().holds).toEqual([]);
  });

  it('is on record, with its reason; so is each shredding, before and after', async () => {
    const at = await twoOrders();
    const [end] = at.ends;
    await settled(at.world, at.log.hold({ name: 'case 7', toIndex: 1, reason: 'a court asks' }));
    await settled(at.world, at.log.release({ name: 'case 7', reason: 'it is closed' }));
    await settled(at.world, at.log.shred({ before: end, reason: 'asked by a customer' }));
    const records = await settled(at.world, all(at.log.read()));
    const ours = records.flatMap((read) =>
      read.kind === 'record' && /held|releas|shred/.test(read.event.type)
        ? [[read.event.type, read.event.subject, read.event.data]]
        : [],
    );
    const range = { name: 'case 7', from: 0, to: 1 };
    const because = 'asked by a customer';
    expect(ours).toEqual([
      ['audit.held', 'audit', { ...range, because: 'a court asks' }],
      ['audit.releasing', 'audit', { ...range, because: 'it is closed' }],
      ['audit.released', 'audit', { ...range, because: 'it is closed' }],
      ['audit.shredding', 'audit/1', { segment: 1, first: 0, size: end, because }],
      ['audit.shredded', 'audit/1', { segment: 1, because, left: 0 }],
    ]);
    expect(told(records)[0]).toBe(`0-${end} shredded`);
  });

  it('does not bring back what was shredded', async () => {
    const at = await twoOrders();
    const [first, second] = at.ends;
    await settled(at.world, at.log.shred({ before: first }));
    const hold = (options: { fromIndex?: number; toIndex?: number }) =>
      refusal(settled(at.world, at.log.hold({ name: 'case 7', ...options })));
    expect([await hold({}), await hold({ fromIndex: 1, toIndex: second })]).toEqual([
      `AUDIT_SHREDDED: of what is to be held, records 0 to ${first - 1} are shredded`,
      `AUDIT_SHREDDED: of what is to be held, records 1 to ${first - 1} are shredded`,
    ]);
    expect(at.log.status().holds).toEqual([]);
  });

  it.each([
    [{}, 'TypeError: hold.name must be a string of 1 to 64 bytes'],
    [{ name: '' }, 'RangeError: hold.name must have 1 to 64 bytes of UTF-8 and no control'],
    [{ name: 'ü'.repeat(33) }, 'RangeError: hold.name must have 1 to 64 bytes'],
    [{ name: 'a', fromIndex: -1 }, 'RangeError: hold.fromIndex must be a whole number from 0'],
    [{ name: 'a', toIndex: 0 }, 'RangeError: hold.toIndex must be above fromIndex 0, got 0'],
    [{ name: 'a', toIndex: 9_999 }, 'RangeError: hold.toIndex must be at most the size of the log'],
    [{ name: 'a', reason: '' }, 'RangeError: hold.reason must be a string of 1 to 200'],
    [{ name: 'a', until: 5 }, 'TypeError: hold.until is not an option'],
  ])('is refused for %o', async (options, refused) => {
    const { world, log } = await audited();
    expect(await refusal(settled(world, log.hold(options as never)))).toContain(refused);
    expect(log.status().holds).toEqual([]);
  });

  it('that is not there is not released', async () => {
    const { world, log } = await audited();
    expect(await refusal(settled(world, log.release({ name: 'case 7' })))).toBe(
      'RangeError: release.name must be that of a hold, got "case 7"',
    );
  });

  it('is not placed on a log that has stopped', async () => {
    const at = await audited();
    await ended(at.world, at.runtime);
    expect(await refusal(at.log.hold({ name: 'case 7' }))).toContain('RUNTIME_STOPPED');
  });
});
