import { describe, expect, it } from 'vitest';
import {
  checkpointFrom,
  fieldsFrom,
  holdsFrom,
  lineFrom,
  progressFrom,
  proofFrom,
  receiptFrom,
  recordFrom,
  replyFrom,
  sealsFrom,
  segmentsFrom,
  sizeFrom,
  verificationFrom,
} from '../../../runtime/cli/control-reply.ts';
import { gap, recordAt } from '../control.fixture.ts';

const segment = { segment: 1, verdict: 'shredded', first: 0, size: 5, because: 'old' };
const problem = { verdict: 'tampered', because: 'stray' };
const size = { size: 8, checked: 3, unanchored: 8 };
const whole = { verdict: 'tampered', ...size, segments: [segment], problems: [problem] };
const record = recordAt(2);

interface Shape {
  readonly read: (given: unknown) => unknown;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const shapes: Readonly<Record<string, Shape>> = {
  status: { read: fieldsFrom, good: [{}, { size: 4 }], bad: [null, 7, [], undefined] },
  'status, for its size': { read: sizeFrom, good: [], bad: [{}, { size: '4' }, { size: -1 }] },
  progress: {
    read: progressFrom,
    good: [{ done: 1, of: 2 }],
    bad: [null, {}, { done: 1, of: '2' }],
  },
  verification: {
    read: verificationFrom,
    good: [whole, { ...whole, segments: [], problems: [] }],
    bad: [
      null,
      { verdict: 'ok' },
      { ...whole, verdict: 'fine' },
      { ...whole, verdict: 'constructor' },
      { ...whole, checked: 0.5 },
      { ...whole, unanchored: undefined },
      { ...whole, segments: [null] },
      { ...whole, segments: [{ ...segment, because: 7 }] },
      { ...whole, problems: [{ verdict: 'ok' }] },
      { ...whole, problems: {} },
    ],
  },
  record: {
    read: recordFrom,
    good: [record, gap],
    bad: [
      null,
      'record',
      { ...record, event: null },
      { ...record, index: '2' },
      { ...record, event: { ...record.event, time: 7 } },
      { ...record, event: { ...record.event, subject: {} } },
      { ...gap, because: undefined },
    ],
  },
  'line of an export': {
    read: lineFrom,
    good: ['{}', '{"a":1}'],
    bad: [7, {}, 'x', '7', '{"a":1}\n{}', '{\r}', '{"a":"\u001b[2J"}'],
  },
  'list of holds': {
    read: holdsFrom,
    good: [],
    bad: [{}, { holds: 1 }, { holds: [{ name: 'a', from: 0 }] }],
  },
  'list of segments': {
    read: segmentsFrom,
    good: [],
    bad: [null, {}, { segments: 1 }, { segments: ['1'] }],
  },
  checkpoint: {
    read: checkpointFrom,
    good: [{ checkpoint: 'a', verifierKey: 'b' }],
    bad: [null, 'a', { checkpoint: 'a' }, { checkpoint: 1, verifierKey: 'b' }],
  },
  proof: {
    read: proofFrom,
    good: [],
    bad: [null, [], {}, { proof: 'AAEC' }, { proof: [7] }, { proof: ['AAEC', '!'] }],
  },
  'start of seals': { read: sealsFrom, good: [], bad: [null, 'a', {}, { seals: 7 }] },
  receipt: { read: receiptFrom, good: [], bad: [null, 'a', {}, { receipt: 7 }] },
};

const misshapen = (what: string): string =>
  `what the process gave as ${what.split(',')[0]} is none: it may be of another version`;

describe('what a process answers', () => {
  it.each(Object.entries(shapes))(
    'is taken as %s only if it is one',
    (what, { read, good, bad }) => {
      expect(good.map((given) => read(given))).toEqual(good);
      for (const given of bad) {
        expect(() => read(given), JSON.stringify(given)).toThrow(
          expect.objectContaining({
            name: 'Failure',
            exit: 1,
            message: misshapen(what),
          }),
        );
      }
    },
  );

  it('may be more than is known of a verification: that is left out', () => {
    expect(verificationFrom({ ...whole, source: 'offline' })).toEqual(whole);
  });

  it('has a size, or names segments', () => {
    const holds = [{ name: 'a', from: 0, to: 1 }];
    expect(holdsFrom({ holds })).toEqual(holds);
    expect([sizeFrom({ size: 4 }), segmentsFrom({ segments: [1, 2] })]).toEqual([4, [1, 2]]);
    expect([receiptFrom({ receipt: 'a' }), sealsFrom({ seals: 'b' })]).toEqual(['a', 'b']);
    expect(proofFrom({ proof: ['AAEC', ''] })).toEqual([Uint8Array.of(0, 1, 2), new Uint8Array()]);
  });

  it('is one reply a line, to a request or to none', () => {
    const error = { code: 'CONTROL_BUSY', message: 'too many' };
    const replies = [
      { id: 1, item: 7 },
      { id: 1, end: true },
      { id: null, error },
    ];
    expect(replies.map((reply) => replyFrom(JSON.stringify(reply)))).toEqual(replies);
  });

  it.each(['', 'SSH-2.0', 'null', '7', '[]', '{"item":1}'])('is nothing if it is %j', (line) => {
    const message = 'what answers at the control socket is no process of Holdfast';
    expect(() => replyFrom(line)).toThrow(message);
  });

  it.each(['null', '"no"', '{"code":1,"message":"no"}', '{"code":"X"}'])(
    'is no error if that is %s',
    (error) => {
      expect(() => replyFrom(`{"id":1,"error":${error}}`)).toThrow(
        'what the process gave as error',
      );
    },
  );
});
