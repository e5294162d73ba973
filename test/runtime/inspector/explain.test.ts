import { expect, it } from 'vitest';
import type { AuditRecord } from '../../../runtime/audit.ts';
import type { Fact } from '../../../runtime/facts.ts';
import { explain } from '../../../runtime/inspector/explain.ts';

const fact = (id: string, type: string, causationid?: string, subject = 'shop/mail'): Fact => ({
  ...{ specversion: '1.0', id, source: 'holdfast/shop', type, subject },
  ...{ time: '2026-11-24T00:00:00.000Z', data: {} },
  ...(causationid === undefined ? {} : { causationid }),
});

const sourcesOf = (facts: readonly Fact[], recorded: readonly Fact[] = []) => {
  let reads = 0;
  const audit = {
    status: () => ({ size: recorded.length }),
    async *read({ fromIndex }: { readonly fromIndex: number }): AsyncGenerator<AuditRecord> {
      reads += 1;
      for (const [index, event] of recorded.entries()) {
        if (index >= fromIndex) yield { kind: 'record', index, leafHash: '', event };
      }
    },
  };
  return { sources: { facts: () => facts, audit }, reads: () => reads };
};

const failed = fact('a-1', 'actor.failed');
const decided = fact('a-2', 'supervisor.decided', 'a-1');
const restarted = fact('a-3', 'actor.restarted', 'a-2');

it('a restart leads back to the first failure, by its id or by who was restarted', async () => {
  const { sources, reads } = sourcesOf([failed, decided, restarted, fact('a-4', 'actor.started')]);
  const chain = [restarted, decided, failed].map(({ id, type, subject, time, data }) => ({
    ...{ id, type, subject, time, data, from: 'recorder' },
  }));
  expect(await explain(sources, { id: 'a-3' })).toEqual({ chain, ends: 'first' });
  expect(await explain(sources, { subject: 'shop/mail' })).toEqual({ chain, ends: 'first' });
  expect(reads()).toBe(0);
});

it('what was forgotten here is found on record', async () => {
  const { sources } = sourcesOf([restarted], [failed, decided]);
  const { chain, ends } = (await explain(sources, { id: 'a-3' })) ?? {};
  expect([chain?.map(({ id, from }) => [id, from]), ends]).toEqual([
    [
      ['a-3', 'recorder'],
      ['a-2', 'audit'],
      ['a-1', 'audit'],
    ],
    'first',
  ]);
  expect((await explain(sourcesOf([], [failed]).sources, { subject: 'shop/mail' }))?.chain).toEqual(
    [expect.objectContaining({ id: 'a-1', from: 'audit' })],
  );
});

it('where the cause is known to nobody, it says so', async () => {
  const { sources } = sourcesOf([restarted]);
  expect(await explain(sources, { id: 'a-3' })).toMatchObject({ ends: 'forgotten' });
  expect(await explain(sources, { id: 'b-1' })).toBe(undefined);
  expect(await explain(sources, { subject: 'nobody' })).toBe(undefined);
});

it('facts that name each other as their cause are told once', async () => {
  const round = [fact('a-1', 'actor.failed', 'a-2'), fact('a-2', 'actor.failed', 'a-1')];
  const { chain, ends } = (await explain(sourcesOf(round).sources, { id: 'a-1' })) ?? {};
  expect([chain?.map(({ id }) => id), ends]).toEqual([['a-1', 'a-2'], 'forgotten']);
});

it('a chain is told up to 64 facts', async () => {
  const long = Array.from({ length: 100 }, (_, nth) => {
    return fact(`a-${nth}`, 'actor.failed', nth === 0 ? undefined : `a-${nth - 1}`);
  });
  const { chain, ends } = (await explain(sourcesOf(long).sources, { id: 'a-99' })) ?? {};
  expect([chain?.length, ends]).toEqual([64, 'forgotten']);
});
