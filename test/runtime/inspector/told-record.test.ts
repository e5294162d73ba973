import { expect, it } from 'vitest';
import type { AuditRecord } from '../../../runtime/audit.ts';
import { toldRecord } from '../../../runtime/inspector/told-record.ts';

const record = (event: Partial<AuditRecord['event']>): AuditRecord => ({
  ...{ kind: 'record', index: 7, leafHash: '00' },
  event: {
    ...{ specversion: '1.0', id: 'a-1', source: 'holdfast/shop', type: 'order.paid' },
    ...{ time: '2026-11-24T00:00:00.000Z', ...event },
  },
});

it('what an embedder put on record is told without its text', () => {
  const data = { amount: 12, card: '4111 1111 1111 1111', name: 'Ann', password: 'hunter2' };
  expect(toldRecord(record({ data, subject: 'order?token=hunter2', causationid: 'a-0' }))).toEqual({
    ...{ index: 7, time: '2026-11-24T00:00:00.000Z', type: 'order.paid', id: 'a-1' },
    ...{ subject: 'order?token=[secret]', causationid: 'a-0' },
    data: {
      amount: 12,
      card: '[redacted 19 chars]',
      name: '[redacted 3 chars]',
      password: '[secret]',
    },
  });
});

it('what a fact holds was redacted before, and is told as it is', () => {
  const data = { error: { name: 'Error', message: 'broken' }, other: '[redacted 9 chars]' };
  expect(toldRecord(record({ type: 'actor.failed', data }))).toMatchObject({ data });
});
