import { describe, expect, it } from 'vitest';
import type { AuditLimits } from '../../actors/audit-limits.ts';
import type { AuditReceipt } from '../../actors/audit-outcome.ts';
import fc from '../fast-check.ts';
import { AuditStage } from './audit-stage.ts';

const texts = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

const indices = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

describe('an audit log', () => {
  it('has made durable what it acknowledges, in order, whenever its process dies', async () => {
    const stage = await AuditStage.open();
    const all: string[] = [];
    for (let wave = 0; wave < 5; wave++) {
      const wanted = texts(`${wave}-`, 1 + wave * 5);
      const told = await stage.outcomes(wanted.map((text) => stage.append(text)));
      expect(told).toEqual(indices(all.length, wanted.length));
      all.push(...wanted);
      await stage.crash();
      expect([await stage.read(), await stage.onDisk()]).toEqual([all, all]);
    }
    expect(await stage.audit.verify()).toMatchObject({ verdict: 'ok', size: all.length });
  });

  it('acknowledges with the hash of the leaf that is in the log', async () => {
    const stage = await AuditStage.open();
    const append = stage.append('a');
    await stage.pass(0);
    const leaves: string[] = [];
    for await (const read of stage.audit.read({})) {
      if ('leaf' in read) leaves.push(Buffer.from(read.leaf).toString('hex'));
    }
    expect(await append).toEqual({ index: 0, leafHash: leaves[0] });
  });

  it('writes the first at once, and in each commit all that waits, up to a limit', async () => {
    const stage = await AuditStage.open();
    const sizes: number[] = [];
    stage.audit.onCommitted(() => sizes.push(stage.audit.status().size));
    await stage.outcomes([stage.append('first')]);
    stage.disk.hang();
    await stage.outcomes([stage.append('a')]);
    const rest = stage.outcomes(texts('b', 20).map((text) => stage.append(text)));
    stage.disk.goOn();
    expect(await rest).toEqual(indices(2, 20));
    expect([sizes, stage.clock.monotonicMs()]).toEqual([[1, 2, 10, 18, 22], 0]);
  });

  it('refuses what finds no room in the queue, by number and by bytes', async () => {
    const stage = await AuditStage.open();
    stage.disk.hang();
    await stage.outcomes([stage.append('busy')]);
    const many = texts('a', 33).map((text) => stage.append(text, 'closed'));
    expect((await stage.outcomes(many)).slice(30)).toEqual([
      ...['waits', 'waits', 'AUDIT_QUEUE_FULL'],
    ]);
    stage.disk.goOn();
    await stage.pass(0);
    stage.disk.hang();
    await stage.outcomes([stage.append('busy')]);
    const long = ['b', 'c', 'd'].map((text) => stage.append(text.repeat(9_000)));
    expect(await stage.outcomes(long)).toEqual(['waits', 'waits', 'AUDIT_QUEUE_FULL']);
    stage.disk.goOn();
    expect(await stage.outcomes([stage.append('e')])).toEqual([36]);
  });

  it('refuses a record that is too large, and counts one that nobody waits for', async () => {
    const stage = await AuditStage.open();
    stage.record('x'.repeat(70_000));
    const appends = [stage.append('x'.repeat(70_000)), stage.append('a')];
    expect(await stage.outcomes(appends)).toEqual(['RECORD_TOO_LARGE', 0]);
    expect(stage.facts('audit.gap')).toMatchObject([{ lost: 1 }]);
  });

  it('lets a record be taken back until it is being written', async () => {
    const stage = await AuditStage.open();
    stage.disk.hang();
    const [early, late] = [new AbortController(), new AbortController()];
    const writing = stage.outcomes([stage.append('a', 'spool', late.signal)]);
    await writing;
    const waiting = stage.outcomes([
      stage.append('b', 'spool', early.signal),
      stage.append('c'),
      stage.append('d', 'spool', AbortSignal.abort()),
    ]);
    late.abort();
    early.abort();
    expect([await writing, await waiting]).toEqual([
      ['waits'],
      ['AbortError', 'waits', 'AbortError'],
    ]);
    stage.disk.goOn();
    await stage.pass(0);
    expect(await stage.onDisk()).toEqual(['a', 'c']);
  });

  it('calls a commit that takes too long stalled, and writes nothing twice', async () => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')]);
    stage.disk.hang();
    const appends = ['b', 'c'].map((text) => stage.append(text));
    await stage.pass(999);
    expect(stage.audit.mode).toBe('readWrite');
    await stage.pass(1);
    expect([stage.audit.mode, stage.moves()]).toEqual([
      'spooling',
      ['readWrite>spooling append.stalled'],
    ]);
    await stage.pass(60_000);
    stage.disk.goOn();
    expect(await stage.outcomes(appends, 60_000)).toEqual([1, 2]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['a', 'b', 'c']]);
  });

  it.each(['written', 'unwritten'] as const)(
    'knows after a failed commit what is in the log: %s',
    async (how) => {
      const stage = await AuditStage.open();
      stage.disk.failing = { after: 1, how };
      await stage.outcomes([stage.append('a')]);
      const appends = texts('b', 12).map((text) => stage.append(text));
      expect(await stage.outcomes(appends)).toEqual(texts('', 12).map(() => 'waits'));
      expect(await stage.outcomes(appends, 2_000)).toEqual(indices(1, 12));
      expect(await stage.onDisk()).toEqual(['a', ...texts('b', 12)]);
      expect(stage.moves()).toEqual([
        'readWrite>spooling the disk failed',
        'spooling>readWrite replay.finished',
      ]);
    },
  );

  it('refuses whoever may not wait while the log is lost, those in the queue too', async () => {
    const stage = await AuditStage.open();
    stage.disk.hang();
    await stage.outcomes([stage.append('a')]);
    const policies = ['closed', 'spool', 'open'] as const;
    const before = policies.map((policy) => stage.append(policy, policy));
    await stage.pass(1_000);
    const after = policies.map((policy) => stage.append(policy, policy));
    expect(await stage.outcomes([...before, ...after])).toEqual([
      ...['AUDIT_UNAVAILABLE', 'waits', 'AUDIT_UNAVAILABLE'],
      ...['AUDIT_UNAVAILABLE', 'waits', 'AUDIT_UNAVAILABLE'],
    ]);
    stage.disk.goOn();
    await stage.pass(60_000);
    expect(await stage.onDisk()).toEqual(['a', 'spool', 'spool']);
  });
});

describe('an audit log on a full disk', () => {
  it('keeps facts aside, then counts them, and tells of those once there is room', async () => {
    const stage = await AuditStage.open();
    stage.isRecording = true;
    await stage.outcomes([stage.append('a')]);
    const { spaceBytes } = stage.disk;
    stage.disk.spaceBytes = 0;
    stage.record('lost with the log');
    await stage.pass(0);
    expect(stage.audit.mode).toBe('spooling');
    for (let each = 0; each < 5; each++) stage.record(`fact ${each}`);
    await stage.pass(0);
    const { mode, spooled, lost, code } = stage.audit.status();
    expect([mode, spooled, lost, code, stage.audit.isRefusing]).toEqual([
      ...['readOnly', 0, 5, null, true],
    ]);
    stage.record('fact 6');
    await stage.pass(60_000);
    expect(stage.audit.status().lost).toBe(6);
    stage.disk.spaceBytes = spaceBytes;
    await stage.pass(60_000);
    const [gap] = stage.facts('audit.gap');
    expect(gap).toEqual({
      type: 'audit.gap',
      ...{ lost: 6, from: '2026-01-01T12:00:00.000Z', to: '2026-01-01T12:00:00.000Z' },
    });
    expect([stage.audit.mode, stage.audit.isRefusing, stage.audit.status().lost]).toEqual([
      ...['readWrite', false, 0],
    ]);
    const { type: _, ...told } = gap as { type: string };
    expect(await stage.onDisk()).toEqual(['a', 'lost with the log', JSON.stringify(told)]);
  });

  it('gives up its ballast, refuses work while space is low, and takes it again', async () => {
    const stage = await AuditStage.open();
    const ballast = async () => (await stage.disk.stat('/audit/ballast'))?.sizeBytes;
    expect(await ballast()).toBe(4_000);
    const used = 2 ** 40 - (await stage.disk.freeBytes('/audit'));
    stage.disk.spaceBytes = used + 50;
    const append = stage.append('a'.repeat(100));
    expect(await stage.outcomes([append], 1_000)).toEqual([0]);
    const { mode, freeBytes } = stage.audit.status();
    expect([mode, stage.audit.isRefusing, await ballast(), freeBytes < 4_050]).toEqual([
      ...['readOnly', true, undefined, true],
    ]);
    expect(await stage.outcomes([stage.append('b')])).toEqual([1]);
    stage.disk.spaceBytes = used + 40_000;
    await stage.pass(2_000);
    expect([stage.audit.mode, stage.audit.isRefusing, await ballast()]).toEqual([
      ...['readWrite', false, 4_000],
    ]);
  });
});

describe('an audit log that lost its disk', () => {
  it('keeps exact counts while the disk is read-only, and recovers', async () => {
    const stage = await AuditStage.open();
    await stage.outcomes([stage.append('a')]);
    stage.disk.isReadOnly = true;
    const waiting = stage.append('b');
    await stage.pass(0);
    stage.record('lost', 'spool');
    stage.record('not kept', 'open');
    await stage.pass(10_000);
    expect([stage.audit.mode, stage.audit.status().lost]).toEqual(['readOnly', 2]);
    stage.disk.isReadOnly = false;
    expect(await stage.outcomes([waiting], 60_000)).toEqual([1]);
    expect(stage.facts('audit.gap')).toMatchObject([{ lost: 2 }]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['a', 'b']]);
  });

  it('is not fooled by writes that succeed into a directory that is gone', async () => {
    const stage = await AuditStage.open({ headMs: 60_000 });
    await stage.outcomes(texts('a', 3).map((text) => stage.append(text)));
    await stage.pass(1_000);
    stage.disk.removeAll();
    stage.disk.isFooled = true;
    expect(await stage.outcomes([stage.append('b')])).toEqual([3]);
    await stage.pass(1_000);
    expect(stage.moves()).toEqual(['readWrite>spooling files.vanished']);
    await stage.pass(10_000);
    expect(stage.facts('audit.vanished')).toEqual([{ type: 'audit.vanished', lost: 4, size: 0 }]);
    expect(await stage.outcomes([stage.append('c')])).toEqual([0]);
    expect([stage.audit.mode, await stage.onDisk()]).toEqual(['readWrite', ['c']]);
    expect(await stage.audit.verify()).toMatchObject({ verdict: 'rolledBack', size: 1 });
  });

  it('gives up after its tries, and comes back when the operator says so', async () => {
    const stage = await AuditStage.open();
    stage.disk.isReadOnly = true;
    const waiting = stage.append('a');
    await stage.pass(0);
    stage.record('lost');
    expect(await stage.outcomes([waiting], 3 * 3_600_000)).toEqual(['AUDIT_UNAVAILABLE']);
    expect(stage.audit.status()).toMatchObject({ mode: 'failed', because: 'tries.spent' });
    stage.disk.isReadOnly = false;
    stage.audit.resume();
    await stage.pass(1_000);
    expect(stage.audit.mode).toBe('readWrite');
    expect(await stage.outcomes([stage.append('b')])).toEqual([0]);
  });
});

describe('the spool of an audit log', () => {
  /** A log on a disk whose commits fail, with facts aside. */
  async function spooling(
    how: 'written' | 'unwritten' = 'unwritten',
    more: Partial<AuditLimits> = {},
  ): Promise<AuditStage> {
    const stage = await AuditStage.open(more);
    stage.disk.failing = { after: 0, how };
    await stage.outcomes([stage.append('a')]);
    for (const text of texts('fact ', 3)) stage.record(text);
    await stage.pass(0);
    expect([stage.audit.mode, stage.audit.status().spooled]).toEqual(['spooling', 3]);
    return stage;
  }

  it('goes back into the log before what waits, once', async () => {
    const stage = await spooling();
    stage.append('b');
    await stage.pass(2_000);
    expect(await stage.onDisk()).toEqual([...texts('fact ', 3), 'a', 'b']);
    expect(stage.facts('audit.replayed')).toEqual([{ type: 'audit.replayed', records: 3 }]);
  });

  it('survives the process', async () => {
    const stage = await spooling();
    await stage.crash();
    expect([await stage.onDisk(), stage.audit.status().spooled]).toEqual([texts('fact ', 3), 0]);
    await stage.crash();
    expect(await stage.onDisk()).toEqual(texts('fact ', 3));
  });

  it('is not put back twice if the process ends between the log and the spool', async () => {
    const stage = await spooling();
    const spool = (await stage.disk.read('/audit/spool')) ?? new Uint8Array();
    await stage.pass(2_000);
    await stage.disk.create('/audit/spool', spool);
    await stage.crash();
    expect(await stage.onDisk()).toEqual([...texts('fact ', 3), 'a']);
  });

  /** The spool of a log that has gone on since: somebody kept a copy of its file. */
  async function replayed(more: Partial<AuditLimits> = {}) {
    const stage = await spooling('unwritten', more);
    const spool = (await stage.disk.read('/audit/spool')) ?? new Uint8Array();
    await stage.pass(2_000);
    const comeBack = async () => {
      stage.facts();
      await stage.disk.create('/audit/spool', spool);
      await stage.crash();
      return stage.facts('audit.spool.refused', 'audit.replayed');
    };
    return { stage, spool, comeBack };
  }

  it('is refused if its file is put back once the log has gone on, and told', async () => {
    const many = { recordsPerCommitMax: 4_096, queueRecordsMax: 9_000, queueBytesMax: 1_000_000 };
    const { stage, spool, comeBack } = await replayed(many);
    await stage.outcomes(Array.from({ length: 8_192 }, (_, at) => stage.append(`more ${at}`)));
    expect(await comeBack()).toEqual([
      { type: 'audit.spool.refused', records: 3, begunAt: 0, size: 8_196 },
    ]);
    expect((await stage.onDisk()).length).toBe(8_196);
    const unreadable = Uint8Array.from(spool).fill(0, 32, 64);
    expect(await stage.disk.read('/audit/spool.refused')).toEqual(unreadable);
  });

  it('brings nothing back that was shredded since', async () => {
    const { stage, comeBack } = await replayed();
    const rotating = stage.audit.rotate();
    await stage.outcomes([stage.append('b')]);
    await rotating;
    expect(await stage.audit.erasure.shred({}, 'a request')).toEqual([1]);
    expect(await comeBack()).toEqual([
      { type: 'audit.spool.refused', records: 3, begunAt: 0, size: 5 },
    ]);
    expect(await stage.onDisk()).toEqual(['[0-4 shredded]', 'b']);
  });

  it('that is damaged is told', async () => {
    const stage = await spooling();
    await stage.disk.append('/audit/spool', Uint8Array.of(0, 0));
    await stage.crash();
    expect(stage.facts('audit.spool.damaged', 'audit.replayed')).toEqual([
      { type: 'audit.spool.damaged', records: 3 },
      { type: 'audit.replayed', records: 3 },
    ]);
  });

  it.each(['written', 'unwritten'] as const)('is put back once if that fails: %s', async (how) => {
    const stage = await spooling();
    // The session of the log that is opened is the first commit.
    stage.disk.failing = { after: 1, how };
    await stage.pass(60_000);
    expect([stage.audit.mode, stage.disk.failing]).toEqual(['readWrite', undefined]);
    expect(await stage.onDisk()).toEqual([...texts('fact ', 3), 'a']);
  });
});

describe('the segments of an audit log', () => {
  it('follow one another under load, and no append waits or is lost', async () => {
    const stage = await AuditStage.open({ segmentBytesMax: 2_000 });
    const wanted: string[] = [];
    for (let wave = 0; wave < 20; wave++) {
      const wave10 = texts(`${wave}-${'x'.repeat(30)}`, 10);
      const outcomes = await stage.outcomes(wave10.map((text) => stage.append(text)));
      expect(outcomes).toEqual(indices(wanted.length, 10));
      wanted.push(...wave10);
    }
    expect(stage.clock.monotonicMs()).toBe(0);
    const { segments } = stage.audit.status();
    expect(segments.length).toBeGreaterThan(5);
    expect(segments.map(({ stage: at }) => at)).toEqual([
      ...segments.slice(1).map(() => 'closed'),
      'active',
    ]);
    await stage.crash();
    expect([await stage.onDisk(), (await stage.audit.verify()).verdict]).toEqual([wanted, 'ok']);
  });

  it('end at midnight UTC, and the next one is made before', async () => {
    const stage = await AuditStage.open({}, Date.UTC(2026, 0, 1, 23, 40));
    await stage.outcomes([stage.append('a')], 9 * 60_000);
    const made = async () => await stage.disk.list('/audit/segments');
    expect(await made()).toEqual(['00000001']);
    await stage.pass(2 * 60_000);
    expect([stage.audit.status().segment, await made()]).toEqual([1, ['00000001', '00000002']]);
    await stage.pass(9 * 60_000 - 1_000);
    expect(stage.audit.status().segment).toBe(1);
    await stage.pass(2_000);
    expect(stage.audit.status().segment).toBe(2);
  });

  it('are shredded by retention: the oldest, when there are too many', async () => {
    const retention = { ageMs: 1e12, bytesMax: 1e12, segmentsMax: 2 };
    const stage = await AuditStage.open({ retention });
    for (const text of texts('a', 5)) {
      await stage.outcomes([stage.append(text)]);
      const rotation = stage.audit.rotate();
      await stage.pass(0);
      await rotation;
    }
    await stage.pass(0);
    expect(await stage.onDisk()).toEqual([
      '[0-1 shredded]',
      '[1-2 shredded]',
      '[2-3 shredded]',
      'a3',
      'a4',
    ]);
    expect(stage.facts('audit.shredded')).toEqual(
      [1, 2, 3].map((segment) => ({
        ...{ type: 'audit.shredded', segment, because: 'retention: too many segments', left: 0 },
      })),
    );
    expect((await stage.audit.verify()).verdict).toBe('shredded');
  });

  it('are shredded by retention when they are too old, within the hour', async () => {
    const retention = { ageMs: 7_200_000, bytesMax: 1e12, segmentsMax: 9 };
    const stage = await AuditStage.open({ retention, healthMs: 600_000 });
    await stage.outcomes([stage.append('a')]);
    const rotation = stage.audit.rotate();
    await stage.pass(0);
    await rotation;
    await stage.outcomes([stage.append('b')], 7_200_000);
    expect(await stage.onDisk()).toEqual(['a', 'b']);
    await stage.pass(3_900_000);
    expect(await stage.onDisk()).toEqual(['[0-1 shredded]', 'b']);
  });

  it('are shredded when somebody asks for it, but never the active one', async () => {
    const stage = await AuditStage.open();
    for (const text of texts('a', 3)) {
      await stage.outcomes([stage.append(text)]);
      const rotation = stage.audit.rotate();
      await stage.pass(0);
      await rotation;
    }
    await stage.outcomes([stage.append('b')]);
    const shredding = stage.audit.erasure.shred({ index: 2 }, 'the customer left');
    await stage.pass(0);
    expect([await shredding, await stage.onDisk()]).toEqual([
      [1, 2],
      ['[0-1 shredded]', '[1-2 shredded]', 'a2', 'b'],
    ]);
    const all = stage.audit.erasure.shred({}, 'all of it');
    await stage.pass(0);
    expect([await all, await stage.onDisk()]).toEqual([
      [3],
      ['[0-1 shredded]', '[1-2 shredded]', '[2-3 shredded]', 'b'],
    ]);
  });

  it('cannot be rotated while the log is lost', async () => {
    const stage = await AuditStage.open();
    stage.disk.isReadOnly = true;
    await stage.outcomes([stage.append('a')]);
    const rotation = expect(stage.audit.rotate()).rejects.toMatchObject({ code: 'GONE' });
    await stage.pass(0);
    await rotation;
  });
});

describe('the end of an audit log', () => {
  it('is clean: what waits is written, nothing more is taken, no timer is left', async () => {
    const stage = await AuditStage.open();
    const appends = texts('a', 20).map((text) => stage.append(text));
    stage.record('fact');
    const closing = stage.audit.close(1_000);
    const late = stage.append('late');
    expect(await stage.outcomes([...appends, late])).toEqual([...indices(0, 20), 'AUDIT_CLOSED']);
    await closing;
    expect([stage.audit.mode, stage.clock.pending]).toEqual(['closed', 0]);
    expect(await stage.onDisk()).toEqual([...texts('a', 20), 'fact']);
    await stage.open();
    expect(stage.facts('audit.torn', 'audit.sealed', 'audit.quarantined')).toEqual([]);
  });

  it('comes within its deadline, though the disk hangs, and answers all who wait', async () => {
    const stage = await AuditStage.open();
    stage.disk.hang();
    const writing = stage.outcomes([stage.append('a')]);
    await writing;
    const waiting = stage.append('b');
    const closing = expect(stage.audit.close(500)).rejects.toMatchObject({ code: 'DISK_FAILED' });
    expect(await stage.outcomes([waiting], 499)).toEqual(['waits']);
    await stage.pass(1);
    await closing;
    expect([await writing, await stage.outcomes([waiting])]).toEqual([
      ['AUDIT_CLOSED'],
      ['AUDIT_CLOSED'],
    ]);
    expect(stage.audit.mode).toBe('closed');
  });
});

describe('an audit log under any faults', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ do: fc.constant('record' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      do: fc.constant('pass' as const),
      count: fc.constantFrom(0, 1, 150, 1_200, 9_000),
    }),
    fc.record({ do: fc.constant('fail' as const), count: fc.nat(3) }),
    fc.record({
      do: fc.constantFrom('hang', 'full', 'readOnly', 'heal', 'crash', 'rotate'),
      count: fc.boolean().map(Number),
    }),
  );

  it('keeps what it acknowledged at its index, nothing twice, and counts facts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const run = new Run(await AuditStage.open({ segmentBytesMax: 3_000 }));
        for (const { do: what, count } of steps) await run.take(what, count);
        await run.end();
        const onDisk = await run.stage.onDisk();
        const gaps = onDisk.filter((text) => text.startsWith('{'));
        expect(new Set(onDisk).size).toBe(onDisk.length - gaps.length + new Set(gaps).size);
        for (const [index, text] of run.acknowledged) expect(onDisk[index]).toBe(text);
        const facts = onDisk.filter((text) => text.startsWith('fact'));
        if (!run.hasCrashed) {
          expect(facts.length + gaps.length + run.lost).toBe(run.facts + run.gaps.length);
        }
        expect(await run.stage.audit.verify()).toMatchObject({ problems: [] });
      }),
      { numRuns: 40 },
    );
  });
});

/** A log that is driven through faults, and what it promised. */
class Run {
  readonly stage: AuditStage;
  readonly acknowledged = new Map<number, string>();
  facts = 0;
  hasCrashed = false;
  #appends = 0;
  #disk = 2 ** 40;

  constructor(stage: AuditStage) {
    this.stage = stage;
    stage.isRecording = true;
  }

  /** Each is a fact on record too, and may be lost in its turn. */
  get gaps() {
    return this.stage.told.filter(([type]) => type === 'audit.gap');
  }

  get lost(): number {
    const sum = this.gaps.reduce((all, [, , { lost }]) => all + Number(lost), 0);
    return sum + this.stage.audit.status().lost;
  }

  async take(what: string, count: number): Promise<void> {
    const { stage } = this;
    const { disk } = stage;
    if (what === 'append') for (let each = 0; each < count; each++) this.#append();
    if (what === 'record') for (let each = 0; each < count; each++) this.#record();
    if (what === 'pass') await stage.pass(count);
    if (what === 'fail') disk.failing = { after: count, how: count % 2 ? 'written' : 'unwritten' };
    if (what === 'hang') disk.hang();
    if (what === 'full') disk.spaceBytes = 2 ** 40 - (await disk.freeBytes('/')) + 700 * count;
    if (what === 'readOnly') disk.isReadOnly = true;
    if (what === 'heal') this.#heal();
    if (what === 'rotate') stage.audit.rotate().catch(() => {});
    if (what === 'crash') await this.#crash();
  }

  async end(): Promise<void> {
    this.#heal();
    await this.stage.pass(120_000);
    this.stage.audit.resume();
    await this.stage.pass(120_000);
    expect(this.stage.audit.mode).toBe('readWrite');
  }

  #append(): void {
    const text = `append ${this.#appends++} ${'x'.repeat(60)}`;
    const acknowledge = ({ index }: AuditReceipt) => this.acknowledged.set(index, text);
    this.stage.append(text).then(acknowledge, () => {});
  }

  #record(): void {
    this.stage.record(`fact ${this.facts++} ${'x'.repeat(60)}`);
  }

  async #crash(): Promise<void> {
    this.hasCrashed = true;
    this.stage.disk.forsake();
    this.#heal();
    await this.stage.crash();
  }

  #heal(): void {
    const { disk } = this.stage;
    disk.goOn();
    disk.isReadOnly = false;
    disk.failing = undefined;
    disk.spaceBytes = this.#disk;
  }
}
