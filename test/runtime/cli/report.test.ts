import { describe, expect, it } from 'vitest';
import { recordText, statusText, verificationText } from '../../../runtime/cli/report.ts';
import { eventAt, owner, time } from './data-dir.fixture.ts';

describe('what people read of a verification', () => {
  it('is one line if all is well', () => {
    const segments = [{ segment: 1, verdict: 'ok', first: 0, size: 1 }] as const;
    expect(
      verificationText({
        verdict: 'ok',
        size: 1,
        checked: 1,
        unanchored: 1,
        segments,
        problems: [],
      }),
    ).toBe('ok: 1 record in 1 segment, 1 checked, 1 unanchored');
  });

  it('lists what is not', () => {
    const segments = [
      { segment: 1, verdict: 'shredded', first: 0, size: 5, because: 'it is old' },
      { segment: 2, verdict: 'ok', first: 5, size: 8 },
      { segment: 13, verdict: 'tampered', first: 8, size: 8, because: 'the segment is missing' },
    ] as const;
    const problems = [{ verdict: 'tampered', because: 'x does not belong here' }] as const;
    const counts = { size: 8, checked: 3, unanchored: 2 };
    const text = verificationText({ verdict: 'tampered', ...counts, segments, problems });
    expect(text.split('\n')).toEqual([
      'TAMPERED: 8 records in 3 segments, 3 checked, 2 unanchored',
      '  segment 1    shredded  0-4    it is old',
      '  segment 13   tampered  empty  the segment is missing',
      '  beside them  tampered         x does not belong here',
    ]);
  });

  it('says once that there is no key', () => {
    const segments = [{ segment: 1, verdict: 'unverifiable', first: 0, size: 5 }] as const;
    const problems = [{ verdict: 'unverifiable', because: 'there is no key' }] as const;
    const counts = { size: 5, checked: 0, unanchored: 5 };
    const found = { verdict: 'unverifiable', ...counts, segments, problems } as const;
    expect(verificationText(found).split('\n')).toEqual([
      'unverifiable: 5 records in 1 segment, 0 checked, 5 unanchored',
      '  beside them  unverifiable    there is no key',
    ]);
  });
});

describe('what people read of a record', () => {
  it('is when, what, about what, and the data', () => {
    const record = { kind: 'record', index: 4, leafHash: 'ab', event: eventAt(4) } as const;
    expect(recordText(record)).toBe(
      `4  ${time}  order.placed  order/4  {"n":4,"card":{"number":"4111"}}`,
    );
  });

  it('cannot steer their terminal', () => {
    const event = { ...eventAt(4), subject: '\u001b[2J\r\u202eorder', data: undefined };
    expect(recordText({ kind: 'record', index: 4, leafHash: 'ab', event })).toBe(
      `4  ${time}  order.placed  \ufffd[2J\ufffd\ufffdorder`,
    );
  });

  it('is why it cannot be read', () => {
    expect(recordText({ kind: 'gap', from: 2, to: 4, because: 'shredded' })).toBe(
      '2  records 2-3 cannot be read: shredded',
    );
  });
});

describe('what people read of a status', () => {
  it('is what lies in the directory', () => {
    const segments = [
      { segment: 1, stage: 'shredded', first: 0, size: 5, bytes: 0 },
      { segment: 12, stage: 'open', bytes: 3_145_728 },
    ] as const;
    const head = { size: 8, segment: 12, isClosed: false, writtenAt: time, ageMs: 61_234 };
    const status = { source: 'offline', directory: '/data', owner: null, isInUse: true } as const;
    const text = statusText({ ...status, head, bytes: 3_145_728, segments });
    expect(text.split('\n')).toEqual([
      'directory  /data',
      'in use by  a process that left no name',
      `head       8 records, segment 12, written ${time} (61 s ago), not closed`,
      'segments   2, 3.0 MiB',
      '  1   shredded  0-4  0 B',
      '  12  open           3.0 MiB',
    ]);
  });

  it('is whatever the process says of itself', () => {
    const segments = [
      { segment: 1, stage: 'closed' },
      { segment: 2, stage: 'active' },
    ];
    const said = { mode: 'readWrite', code: null, size: 8, segments };
    const text = statusText({ source: 'live', directory: '/data', owner, ...said });
    expect(text.split('\n')).toEqual([
      'directory  /data',
      `in use by  process 4194305 on ${owner.host}, runtime orders, since ${time}`,
      'mode       readWrite',
      'code       -',
      'size       8',
      'segments   1 closed, 2 active',
    ]);
  });
});
