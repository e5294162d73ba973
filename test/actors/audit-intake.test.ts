import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AuditIntake } from '../../actors/audit-intake.ts';
import type { FailPolicy } from '../../actors/audit-outcome.ts';
import { RecordQueue } from '../../actors/record-queue.ts';
import { Spooled } from '../../actors/spooled.ts';
import type { AuditMode } from '../../machines/audit.machine.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { Spool } from '../../storage/spool.ts';
import { sealTools } from '../storage/sealing.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { refusalOf, whyOf } from './refusal.ts';

async function intake(mode: AuditMode, recordsMax = 2) {
  const clock = new VirtualClock(0);
  const { spool } = await Spool.open({ files: new FaultyDisk(), ...sealTools() }, '/spool', 10_000);
  const spooled = new Spooled(spool, [], { clock, writeMs: 100, logSize: () => 0 }, () => {});
  const queue = new RecordQueue(recordsMax, 10_000);
  let asked = 0;
  const door = {
    isTaking: () => mode === 'readWrite',
    state: () => mode,
    because: () => 'files.vanished',
    ask: () => {
      asked += 1;
    },
  };
  const all = new AuditIntake(queue, spooled, refusalOf, door);
  const append = (text: string, policy: FailPolicy, signal?: AbortSignal) =>
    all.append(Buffer.from(text), policy, signal);
  const record = (text: string, policy: FailPolicy) => all.record(Buffer.from(text), policy);
  const counts = () => ({ asked, queued: queue.size, spooled: spooled.size, lost: spooled.lost });
  return { all, queue, append, record, counts };
}

const codeOf = (work: ReturnType<AuditIntake['append']>) =>
  Promise.race([work, Promise.resolve('waits')]).catch(whyOf);

const refusal = (because: string) => refusalOf({ code: 'AUDIT_CLOSED', because });

describe('the intake of an audit log', () => {
  it('hears of one signal once, however many records it takes back', async () => {
    const { append, counts } = await intake('readWrite', 20);
    const leaving = new AbortController();
    const all = Array.from({ length: 12 }, (_, at) => append(`r${at}`, 'spool', leaving.signal));
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(1);
    leaving.abort();
    const outcomes = await Promise.all(all.map(codeOf));
    expect([new Set(outcomes), counts().queued]).toEqual([new Set(['AbortError']), 0]);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  });

  it.each([
    ['readWrite', ['waits', 'waits', 'AUDIT_QUEUE_FULL']],
    ['spooling', ['waits', 'AUDIT_UNAVAILABLE', 'AUDIT_UNAVAILABLE']],
    ['readOnly', ['waits', 'AUDIT_UNAVAILABLE', 'AUDIT_UNAVAILABLE']],
    ['failed', ['AUDIT_UNAVAILABLE', 'AUDIT_UNAVAILABLE', 'AUDIT_UNAVAILABLE']],
    ['closed', ['AUDIT_CLOSED', 'AUDIT_CLOSED', 'AUDIT_CLOSED']],
  ] as const)('of mode %s lets those wait who may', async (mode, wanted) => {
    const { append } = await intake(mode);
    const policies = ['spool', 'closed', 'open'] as const;
    expect(await Promise.all(policies.map((policy) => codeOf(append('a', policy))))).toEqual(
      wanted,
    );
  });

  it.each([
    ['readWrite', { asked: 2, queued: 2, spooled: 0, lost: 1 }],
    ['spooling', { asked: 0, queued: 0, spooled: 1, lost: 2 }],
    ['readOnly', { asked: 0, queued: 0, spooled: 1, lost: 2 }],
    ['failed', { asked: 0, queued: 0, spooled: 1, lost: 2 }],
    ['closed', { asked: 0, queued: 0, spooled: 0, lost: 0 }],
  ] as const)('of mode %s keeps or counts what nobody waits for', async (mode, wanted) => {
    const { record, counts } = await intake(mode);
    for (const policy of ['spool', 'closed', 'open'] as const) record('a', policy);
    expect(counts()).toEqual(wanted);
  });

  it('says why it refuses', async () => {
    const { append } = await intake('spooling');
    await expect(append('a', 'open')).rejects.toThrow('the log is spooling: files.vanished');
    const long = 'the record has 70000 bytes, of at most 65519';
    await expect(append('x'.repeat(70_000), 'open')).rejects.toThrow(long);
  });

  it('answers with the index and the hash of the leaf, and hears no abort after that', async () => {
    const { append, queue } = await intake('readWrite');
    const abort = new AbortController();
    const appended = append('a', 'spool', abort.signal);
    const [waiting] = queue.take(1, 1);
    waiting?.done?.(7, '01ff');
    abort.abort();
    expect(await codeOf(appended)).toEqual({ index: 7, leafHash: '01ff' });
  });

  it('sets aside, when the log is lost, all but those who may wait', async () => {
    const { all, append, record, counts } = await intake('readWrite', 9);
    const appends = (['spool', 'closed', 'open'] as const).map((policy) => append('a', policy));
    record('fact', 'spool');
    all.setAside();
    expect(await Promise.all(appends.map(codeOf))).toEqual([
      ...['waits', 'AUDIT_UNAVAILABLE', 'AUDIT_UNAVAILABLE'],
    ]);
    expect(counts()).toMatchObject({ queued: 1, spooled: 1 });
  });

  it('tells all who wait, those who were being written too', async () => {
    const { all, append, queue } = await intake('readWrite', 9);
    const appends = ['a', 'b'].map((text) => append(text, 'spool'));
    all.failAll('AUDIT_CLOSED', 'it is over', queue.take(1, 1));
    expect(await Promise.allSettled(appends)).toEqual([
      { status: 'rejected', reason: refusal('it is over: it may have been written') },
      { status: 'rejected', reason: refusal('it is over') },
    ]);
  });

  it('gives a gap out once it can be recorded, and not before', async () => {
    const { all, record, queue } = await intake('readWrite', 1);
    record('a', 'open');
    record('b', 'open');
    const before = all.takeGap();
    queue.take(1, 1);
    expect([before, all.takeGap(), all.takeGap()]).toEqual([
      ...[undefined, { lost: 1, fromMs: 0, toMs: 0 }, undefined],
    ]);
  });
});
