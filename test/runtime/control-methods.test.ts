import { describe, expect, it } from 'vitest';
import { controlMethods } from '../../runtime/control-methods.ts';
import type { ControlMethod } from '../../runtime/options/control.ts';
import { nextTurn } from '../../runtime/world/turn.ts';
import { FakeAudit, gap, recordAt } from './control.fixture.ts';

function ask(audit: FakeAudit, method: ControlMethod, params: Readonly<Record<string, unknown>>) {
  const closing = new AbortController();
  const items: unknown[] = [];
  const result = controlMethods[method](audit, params, {
    signal: closing.signal,
    item: async (item) => void items.push(item),
    hint: (item) => void items.push(item),
  });
  return { closing, items, result };
}

/** The items, then the result. */
async function answer(method: ControlMethod, params = {}, audit = new FakeAudit()) {
  const { items, result } = ask(audit, method, params);
  return [...(await result.then((last) => [items, last]))];
}

describe('a method of the control socket', () => {
  it('verifies, and tells how far it is', async () => {
    const progress = [
      { done: 0, of: 2 },
      { done: 1, of: 2 },
    ];
    expect(await answer('audit.verify')).toEqual([progress, { verdict: 'ok' }]);
  });

  it('verifies beside an anchor', async () => {
    const audit = new FakeAudit();
    await answer('audit.verify', { anchor: 'checkpoint\n' }, audit);
    expect(audit.asked).toEqual([['verify', 'checkpoint\n']]);
  });

  it('begins the seals', async () => {
    expect(await answer('audit.beginSeals')).toEqual([[], { seals: 'holdfast-seals+log' }]);
  });

  it('signs what the log is, and gives receipts', async () => {
    const checkpoint = { checkpoint: 'checkpoint\n', verifierKey: 'log+00000000+key' };
    expect(await answer('audit.checkpoint')).toEqual([[], checkpoint]);
    expect(await answer('audit.prove', { index: 3 })).toEqual([[], { receipt: 'receipt of 3\n' }]);
    const sizes = { fromSize: 3, toSize: 5 };
    expect(await answer('audit.proveConsistency', sizes)).toEqual([[], { proof: ['AAEC'] }]);
  });

  it('tells the status', async () => {
    expect(await answer('audit.status')).toEqual([[], { size: 4 }]);
  });

  it('reads a range', async () => {
    const audit = new FakeAudit();
    const range = { fromIndex: 1, type: 'a', since: '2026-01-01T00:00:00Z' };
    expect(await answer('audit.read', range, audit)).toEqual([
      [gap, recordAt(2), recordAt(3)],
      undefined,
    ]);
    expect(audit.asked).toEqual([['read', range]]);
  });

  it('exports lines, without the fields that are left out', async () => {
    const [lines] = await answer('audit.export', { redact: ['data.n'] });
    const line = (index: number): string =>
      `{"specversion":"1.0","id":"x-${index}","source":"holdfast/orders","type":"order.placed",` +
      `"time":"2026-01-01T00:00:00.000Z","data":{"n":"[redacted]"},"auditindex":${index}}`;
    expect(lines).toEqual(['{"gap":{"from":0,"to":2,"because":"shredded"}}', line(2), line(3)]);
  });

  it('holds and releases', async () => {
    const audit = new FakeAudit();
    const range = { name: 'case 7', fromIndex: 3, toIndex: 9, reason: 'a court asks' };
    const release = { name: 'case 7', reason: 'it is closed' };
    expect(await answer('audit.hold', range, audit)).toEqual([[], {}]);
    expect(await answer('audit.release', release, audit)).toEqual([[], {}]);
    expect(audit.asked).toEqual([
      ['hold', range],
      ['release', release],
    ]);
  });

  it('shreds, and says which segments', async () => {
    const audit = new FakeAudit();
    const params = { before: 7, reason: 'old' };
    expect(await answer('audit.shred', params, audit)).toEqual([[], { segments: [1, 2] }]);
    expect(audit.asked).toEqual([['shred', params]]);
  });

  it('rotates', async () => {
    const audit = new FakeAudit();
    expect(await answer('audit.rotate', {}, audit)).toEqual([[], {}]);
    expect(audit.asked).toEqual([['rotate']]);
  });

  it('rotates the audit key', async () => {
    const audit = new FakeAudit();
    const handedOver = { checkpoint: 'handed over\n', verifierKey: 'log+00000001+key' };
    const asked = { reason: 'yearly' };
    expect(await answer('audit.rotateKey', asked, audit)).toEqual([[], handedOver]);
    expect(audit.asked).toEqual([['rotateKey', asked]]);
  });

  it('tails from an index on, each record once, until the log is closed', async () => {
    const audit = new FakeAudit();
    const { items, result } = ask(audit, 'audit.tail', { fromIndex: 0 });
    await nextTurn();
    audit.grow(6);
    await nextTurn();
    audit.grow(7);
    await nextTurn();
    audit.grow(-1);
    await result;
    expect(items).toEqual([gap, ...[2, 3, 4, 5, 6].map(recordAt)]);
  });

  it('tails from now on, until nobody listens any more', async () => {
    const audit = new FakeAudit();
    const { items, result, closing } = ask(audit, 'audit.tail', {});
    await nextTurn();
    audit.grow(5);
    await nextTurn();
    closing.abort();
    await result;
    expect([items, audit.listeners]).toEqual([[recordAt(4)], 0]);
  });

  it.each<ControlMethod>(['audit.verify', 'audit.status', 'audit.rotate'])(
    'takes nothing where it needs nothing: %s',
    async (method) => {
      const audit = new FakeAudit();
      await expect(answer(method, { deep: true }, audit)).rejects.toThrow(
        'params.deep is not an option',
      );
      expect(audit.asked).toEqual([]);
    },
  );
});
