import { describe, expect, it, vi } from 'vitest';
import { type AuditGap, lineOf } from '../../runtime/audit.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import {
  all,
  audited,
  contents,
  ended,
  failure,
  own,
  refusal,
  settled,
  told,
} from './audit-stage.ts';

const startMs = Date.UTC(2026, 4, 1, 12);
const staged = () => audited({}, simWorld({ seed: 1, startMs }));

/** Appends events of these types, one after the other. */
async function appended({ world, log }: Awaited<ReturnType<typeof audited>>, ...types: string[]) {
  for (const type of types) await settled(world, log.append({ type }));
}

describe('an event on record', () => {
  it('has a place and a leaf once it is durable, and outlives the process', async () => {
    const { world, log, runtime } = await staged();
    const event = {
      type: 'order.placed',
      subject: 'orders/7',
      data: { total: 12.5, lines: ['a', null, true] },
      causationid: 'cause-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };
    const receipt = await settled(world, log.append(event));
    expect(receipt).toEqual({ index: 2, leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await ended(world, runtime);
    const { log: next } = await audited({}, world);
    const [, , third] = await all(next.read());
    expect(third).toEqual({
      kind: 'record',
      ...receipt,
      event: {
        specversion: '1.0',
        id: expect.stringMatching(/^[0-9a-f]{12}-\d+$/),
        source: 'holdfast/holdfast',
        time: '2026-05-01T12:00:00.000Z',
        ...event,
      },
    });
  });

  it('is not durable before its commit is', async () => {
    const { world, log } = await staged();
    const appending = log.append({ type: 'order.placed' });
    expect([log.status().size, log.status().queued]).toEqual([2, 1]);
    await settled(world, appending);
    expect([log.status().size, log.status().queued]).toEqual([3, 0]);
  });

  it('may say itself when it happened', async () => {
    const { world, log } = await staged();
    await settled(world, log.append({ type: 'order.placed', time: '2025-12-31T23:00:00+01:00' }));
    const [read] = await all(log.read({ fromIndex: 2 }));
    expect(read).toMatchObject({ event: { time: '2025-12-31T23:00:00+01:00' } });
  });

  it('comes in the order it was appended, in one commit with those of its turn', async () => {
    const { world, log } = await staged();
    const types = ['order.a', 'order.b', 'order.c'];
    const receipts = await settled(world, Promise.all(types.map((type) => log.append({ type }))));
    expect(receipts.map(({ index }) => index)).toEqual([2, 3, 4]);
    expect(own(await all(log.read()))).toEqual(['2 order.a', '3 order.b', '4 order.c']);
  });

  it('is refused if it is no event, and leaves no trace then', async () => {
    const { log } = await staged();
    const refused = await refusal(log.append({ type: 'order.placed', data: { at: Number.NaN } }));
    expect(refused).toBe('TypeError: event.data.at must be a finite number, got NaN');
    expect(log.status().queued).toBe(0);
  });

  it('is refused if it is too large, with its size', async () => {
    const { log } = await staged();
    const error = await failure(log.append({ type: 'order.placed', data: 'x'.repeat(100_000) }));
    expect(error).toMatchObject({
      code: 'AUDIT_RECORD_TOO_LARGE',
      recovery: 'operator',
      details: { bytes: expect.any(Number) },
    });
  });

  it('is taken back by its signal while it waits, and not once it is being written', async () => {
    const { world, log } = await staged();
    const [early, late] = [new AbortController(), new AbortController()];
    const taken = log.append({ type: 'order.taken' }, { signal: early.signal });
    const kept = log.append({ type: 'order.kept' }, { signal: late.signal });
    const gone = AbortSignal.abort(new Error('too late already'));
    early.abort(new Error('changed my mind'));
    expect(await refusal(taken)).toBe('Error: changed my mind');
    expect(await refusal(log.append({ type: 'order.never' }, { signal: gone }))).toBe(
      'Error: too late already',
    );
    expect((await settled(world, kept)).index).toBe(2);
    late.abort();
    expect(own(await all(log.read()))).toEqual(['2 order.kept']);
  });

  it.each([
    [{ policy: 'maybe' }, 'RangeError: append.policy must be one of closed, spool, open'],
    [{ signal: {} }, 'TypeError: append.signal must be an AbortSignal'],
    [{ wait: true }, 'TypeError: append.wait is not an option'],
  ])('takes no options like %o', async (options, refused) => {
    const { log } = await staged();
    expect(await refusal(log.append({ type: 'order.placed' }, options as never))).toContain(
      refused,
    );
  });
});

describe('an event while the log takes none', () => {
  async function broken() {
    const at = await staged();
    at.world.files.isReadOnly = true;
    const doubtful = at.log.append({ type: 'order.doubtful' }, { policy: 'closed' });
    await at.clock.advanceAsync(0);
    expect(at.log.status().mode).toBe('readOnly');
    return { ...at, doubtful };
  }

  it.each(['closed', 'open'] as const)('is refused if its policy is %s', async (policy) => {
    const { log } = await broken();
    const refused = await failure(log.append({ type: 'order.late' }, { policy }));
    expect(refused).toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      recovery: 'degrade',
      message: expect.stringContaining('the log is readOnly: '),
    });
  });

  it('is not refused if it was taken back already', async () => {
    const { log } = await broken();
    const signal = AbortSignal.abort(new Error('changed my mind'));
    const refused = await refusal(log.append({ type: 'order.late' }, { policy: 'closed', signal }));
    expect(refused).toBe('Error: changed my mind');
  });

  it('waits otherwise, as that which was under way does, until the log is back', async () => {
    const { world, log, clock, doubtful } = await broken();
    const patient = log.append({ type: 'order.patient' });
    world.files.isReadOnly = false;
    const receipts = await settled(world, Promise.all([doubtful, patient]), 1_000);
    const read = await all(log.read());
    expect(receipts.map(({ index }) => told(read)[index])).toEqual([
      `${receipts[0].index} order.doubtful`,
      `${receipts[1].index} order.patient`,
    ]);
    expect(log.status().mode).toBe('readWrite');
    expect(clock.monotonicMs()).toBeLessThan(60_000);
  });
});

describe('reading', () => {
  async function five(isRotated = false) {
    const at = await staged();
    for (const [type, subject] of [
      ['order.placed', 'orders/1'],
      ['order.paid', 'orders/1'],
      ['order.placed', 'orders/2'],
      ['order.paid', 'orders/2'],
      ['order.sent', 'orders/1'],
    ] as const) {
      await settled(at.world, at.log.append({ type, subject }));
      await at.clock.advanceAsync(1_000);
      if (isRotated) await settled(at.world, at.log.rotate());
    }
    return at;
  }

  it.each([
    [{ type: 'order.paid' }, [3, 5]],
    [{ subject: 'orders/1' }, [2, 3, 6]],
    [{ type: 'order.paid', subject: 'orders/2' }, [5]],
    [{ since: '2026-05-01T12:00:03Z' }, [5, 6]],
    [{ until: new Date(startMs + 1_000) }, [0, 1, 2]],
    [{ since: new Date(startMs + 1_000), until: '2026-05-01T14:00:03+02:00' }, [3, 4]],
    [{ fromIndex: 5 }, [5, 6]],
    [{ toIndex: 2 }, [0, 1]],
    [{ fromIndex: 2, toIndex: 5, type: 'order.placed' }, [2, 4]],
    [{ fromIndex: 9 }, []],
    [{ fromIndex: 3, toIndex: 3 }, []],
    [{ type: 'order' }, []],
  ])('finds of %o', async (range, indices) => {
    const { log } = await five();
    const found = (await all(log.read(range))).filter((read) => read.kind === 'record');
    expect(found.map(({ index }) => index)).toEqual(indices);
  });

  it.each([
    [{ type: 'order.paid' }, 2, 2],
    [{ type: 'order.paid', subject: 'orders/2' }, 1, 2],
    [{ type: 'order.placed', until: new Date(startMs + 2_000) }, 1, 1],
    [{ type: 'order.placed', since: '2026-05-01T14:00:02+02:00' }, 1, 1],
    [{ type: 'order.sent', fromIndex: 3 }, 1, 1],
    [{ type: 'order' }, 0, 0],
  ])('finds of %o the same again, in no segment but these', async (range, count, segments) => {
    const { world, log } = await five(true);
    const found = await all(log.read(range));
    const fetched = vi.spyOn(world.kv, 'readRaw');
    expect(await all(log.read(range))).toEqual(found);
    expect([found.length, fetched.mock.calls.length]).toEqual([count, segments]);
  });

  it.each([
    [{ fromIndex: -1 }, 'RangeError: read.fromIndex'],
    [{ since: 'yesterday' }, 'RangeError: read.since must be a Date or an RFC 3339 time'],
    [{ since: 5 }, 'TypeError: read.since must be a Date or an RFC 3339 time'],
    [{ subject: '' }, 'RangeError: read.subject must be a string of 1 to 200 characters'],
    [{ limit: 5 }, 'TypeError: read.limit is not an option'],
  ])('is refused for %o', async (range, refused) => {
    const { log } = await staged();
    expect(await refusal(all(log.read(range as never)))).toContain(refused);
  });

  it('tells of what nobody can read as a gap, whatever the filter', async () => {
    const at = await five();
    const { world, log } = at;
    await settled(world, log.rotate());
    await settled(world, log.append({ type: 'order.late' }));
    const shredded = await settled(
      world,
      log.shred({ before: 1_000, reason: 'asked by a customer' }),
    );
    expect(shredded).toEqual([1]);
    const [first] = await all(log.read({ type: 'order.late' }));
    expect(first).toEqual({ kind: 'gap', from: 0, to: expect.any(Number), because: 'shredded' });
    expect(own(await all(log.read({ type: 'order.late' }))).at(-1)).toMatch(/ order\.late$/);
  });

  it('may end early', async () => {
    const { log } = await five();
    for await (const read of log.read()) {
      expect(told([read])).toEqual(['0 supervisor.started']);
      break;
    }
    expect((await all(log.read())).length).toBe(7);
  });
});

describe('an export', () => {
  it('leaves out the fields that are named', async () => {
    const { world, log } = await staged();
    const used = { type: 'card.used', data: { pan: 'p', cents: 5 } };
    const { index: fromIndex } = await settled(world, log.append(used));
    const lines = await all(log.export({ fromIndex, redact: ['data.pan'] }));
    expect(lines.map((line) => JSON.parse(line).data)).toEqual([{ pan: '[redacted]', cents: 5 }]);
  });

  it('has one line of JSON for each record, with its index, and for each gap', async () => {
    const at = await staged();
    const { world, log } = at;
    await appended(at, 'order.placed', 'order.paid');
    const lines = await all(log.export({ fromIndex: 2 }));
    expect(lines.map((line) => [line.at(-1), JSON.parse(line)])).toEqual([
      ['\n', expect.objectContaining({ specversion: '1.0', type: 'order.placed', auditindex: 2 })],
      ['\n', expect.objectContaining({ specversion: '1.0', type: 'order.paid', auditindex: 3 })],
    ]);
    await settled(world, log.rotate());
    await appended(at, 'order.late');
    await settled(world, log.shred({ before: '2100-01-01T00:00:00Z' }));
    const [gap] = await all(log.export());
    expect(gap).toMatch(/^\{"gap":\{"from":0,"to":\d+,"because":"shredded"\}\}\n$/);
  });

  it('says of a gap from where to where, and why', () => {
    const gap: AuditGap = { kind: 'gap', from: 2, to: 5, because: 'damaged' };
    expect(lineOf(gap)).toBe('{"gap":{"from":2,"to":5,"because":"damaged"}}');
  });
});

describe('a log', () => {
  it('is found whole, with its records counted, and says how far it is', async () => {
    const at = await staged();
    await appended(at, 'order.a', 'order.b');
    await at.clock.advanceAsync(1_000);
    const progress: [number, number][] = [];
    const onProgress = (done: number, of: number): void => void progress.push([done, of]);
    expect(await settled(at.world, at.log.verify({ onProgress }))).toEqual({
      verdict: 'ok',
      size: 4,
      checked: 4,
      unanchored: 4,
      segments: [{ segment: 1, verdict: 'ok', first: 0, size: 4 }],
      problems: [],
    });
    expect(progress.at(-1)).toEqual([1, 1]);
  });

  it('is verified without a write', async () => {
    const at = await staged();
    await appended(at, 'order.a');
    await at.clock.advanceAsync(1_000);
    const before = await contents(at.world.files, '/data');
    await settled(at.world, at.log.verify());
    expect(await contents(at.world.files, '/data')).toEqual(before);
  });

  it('goes on in a new segment when it is asked to', async () => {
    const at = await staged();
    await appended(at, 'order.a');
    await settled(at.world, at.log.rotate());
    await appended(at, 'order.b');
    expect(at.log.status().segment).toBe(2);
    const { verdict, segments } = await settled(at.world, at.log.verify());
    expect([verdict, segments.map(({ segment }) => segment)]).toEqual(['ok', [1, 2]]);
  });

  it('shreds what ended before an index, or a time, and nothing else', async () => {
    const at = await staged();
    for (const type of ['order.a', 'order.b', 'order.c']) {
      await appended(at, type);
      await settled(at.world, at.log.rotate());
      await at.clock.advanceAsync(60_000);
    }
    const [, second] = (await settled(at.world, at.log.verify())).segments;
    const shredded = [
      await settled(at.world, at.log.shred({ before: second?.first ?? 0 })),
      await settled(at.world, at.log.shred({ before: new Date(startMs + 120_000) })),
      await settled(at.world, at.log.shred({ before: '2026-05-01T12:00:00Z' })),
    ];
    expect(shredded).toEqual([[1], [2], []]);
    const { verdict, segments } = await settled(at.world, at.log.verify());
    expect([verdict, segments.map((each) => each.verdict)]).toEqual([
      'shredded',
      ['shredded', 'shredded', 'ok', 'ok'].slice(0, segments.length),
    ]);
  });

  it.each([
    [{}, 'shred.before must be an index, a Date, or an RFC 3339 time'],
    [{ before: 'soon' }, 'shred.before must be an index, a Date, or an RFC 3339 time'],
    [{ before: 5, reason: '' }, 'shred.reason must be a string of 1 to 200 characters'],
  ])('shreds nothing for %o', async (options, refused) => {
    const { log } = await staged();
    expect(await refusal(log.shred(options as never))).toContain(refused);
  });

  it('that has stopped takes, rotates and shreds no more', async () => {
    const at = await staged();
    await ended(at.world, at.runtime);
    const refused = [
      await refusal(at.log.append({ type: 'order.late' })),
      await refusal(settled(at.world, at.log.rotate())),
      await refusal(settled(at.world, at.log.shred({ before: 5 }))),
    ];
    expect(refused.map((each) => each.split(':')[0])).toEqual([
      'RUNTIME_STOPPED',
      'RUNTIME_STOPPED',
      'RUNTIME_STOPPED',
    ]);
  });
});
