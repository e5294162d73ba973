import { describe, expect, it } from 'vitest';
import { FactRecorder } from '../../runtime/fact-recorder.ts';
import type { Fact } from '../../runtime/facts.ts';
import { RECORD_BYTES_MAX } from '../../storage/block.ts';
import { all, audited, settled } from './audit-stage.ts';
import { counterMachine } from './kernel/stage.ts';

const factOf = (type: string, data: Fact['data'] = {}): Fact => ({
  specversion: '1.0',
  id: `boot-${type}`,
  source: 'holdfast/orders',
  type,
  time: '2026-05-01T12:00:00.000Z',
  data,
});

function recorded() {
  const recorder = new FactRecorder();
  const records: unknown[] = [];
  const policies = new Set<string>();
  const attach = () =>
    recorder.attach((record, policy) => {
      records.push(JSON.parse(Buffer.from(record).toString()));
      policies.add(policy);
    });
  return { recorder, records, policies, attach };
}

describe('the recorder of facts', () => {
  it('records every decision, and no birth or end without a fault', () => {
    const types = ['actor.failed', 'supervisor.decided', 'breaker.opened', 'runtime.stopped'];
    const unrecorded = ['actor.started', 'actor.stopped', 'actor.finished'];
    const { recorder } = recorded();
    expect([...types, ...unrecorded].filter((type) => recorder.wants(type))).toEqual(types);
  });

  it('keeps a fact aside rather than hold anybody up', () => {
    const { recorder, records, policies, attach } = recorded();
    attach();
    recorder.take(factOf('actor.failed', { incarnation: 1 }));
    expect([records, [...policies]]).toEqual([
      [factOf('actor.failed', { incarnation: 1 })],
      ['spool'],
    ]);
  });

  it('records those from before the log was open, in order, a thousand at most', () => {
    const { recorder, records, attach } = recorded();
    for (let at = 0; at < 1_200; at++) recorder.take(factOf(`early.${at}`));
    expect(records).toEqual([]);
    attach();
    recorder.take(factOf('later'));
    expect(records.map((record) => (record as Fact).type)).toEqual([
      ...Array.from({ length: 1_000 }, (_, at) => `early.${at}`),
      'later',
    ]);
  });

  it('leaves out what a fact that is too large says, and tells how much that was', () => {
    const { recorder, records, attach } = recorded();
    attach();
    const fact = factOf('actor.failed', { message: 'x'.repeat(RECORD_BYTES_MAX) });
    recorder.take(fact);
    const cutBytes = JSON.stringify(fact).length;
    expect(records).toEqual([{ ...fact, data: { cutBytes } }]);
  });
});

describe('the facts of a runtime', () => {
  it('are on record, with the causes they name', async () => {
    const { world, runtime, log, clock } = await audited();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    child.tell({ type: 'boom' });
    await clock.advanceAsync(5_000);
    const facts = (await all(log.read({ subject: 'pool/a' }))).map((read) =>
      read.kind === 'record' ? read.event : undefined,
    );
    expect(facts.map((fact) => fact?.type)).toEqual([
      ...['actor.failed', 'actor.quarantined', 'supervisor.decided', 'actor.restarted'],
    ]);
    expect(facts[2]?.causationid).toBe(facts[0]?.id);
    expect(facts[0]?.data).toMatchObject({ error: { name: 'Error', message: 'boom' } });
    await settled(world, runtime.shutdown());
  });
});
