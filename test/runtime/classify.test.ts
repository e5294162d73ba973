import { describe, expect, it } from 'vitest';
import {
  type Classify,
  judgeCall,
  type Settled,
  thrownIsFailure,
  type Verdict,
} from '../../runtime/classify.ts';
import { HoldfastError } from '../../runtime/errors.ts';

const answered: Settled = { ok: true, value: { status: 503 } };
const thrown: Settled = { ok: false, error: new Error('down') };

/** The error as plain data; what it is not is shown as it is. */
function errorOf(settled: Settled): unknown {
  if (settled.ok || !(settled.error instanceof HoldfastError)) return settled;
  const { name, message, code, recovery, details, cause } = settled.error;
  return { name, message, code, recovery, details, cause };
}

describe('the usual classifier', () => {
  it('calls a failure what throws, and nothing else', () => {
    const values = [undefined, null, false, new Error('returned')];
    const verdicts = values.map((value) => thrownIsFailure({ ok: true, value }));
    const failures = values.map((error) => thrownIsFailure({ ok: false, error }));
    expect([verdicts, failures]).toEqual([
      ['success', 'success', 'success', 'success'],
      ['failure', 'failure', 'failure', 'failure'],
    ]);
  });
});

describe('the judgement of a call', () => {
  it.each<[Verdict, Settled]>([
    ['success', answered],
    ['ignored', answered],
    ['success', thrown],
    ['ignored', thrown],
    ['failure', thrown],
  ])('of %s leaves %o as it is', (verdict, settled) => {
    const judged = judgeCall(() => verdict, settled);
    expect(judged).toEqual([verdict, settled]);
    expect(judged[1]).toBe(settled);
  });

  it('is made from how the call settled, and once', () => {
    const seen: Settled[] = [];
    const classify: Classify = (settled) => {
      seen.push(settled);
      return 'success';
    };
    judgeCall(classify, answered);
    judgeCall(classify, thrown);
    expect(seen).toEqual([answered, thrown]);
  });

  it('turns an answer that is called a failure into an error, with the answer as its cause', () => {
    const [verdict, settled] = judgeCall(() => 'failure', answered);
    expect([verdict, errorOf(settled)]).toEqual([
      'failure',
      {
        name: 'HoldfastError',
        message: 'the classifier calls what the call returned a failure',
        code: 'CALL_REJECTED',
        recovery: 'retry',
        details: {},
        cause: { status: 503 },
      },
    ]);
  });

  it.each([
    ['an answer', answered],
    ['an error', thrown],
  ])('is failure if the classifier throws, whatever came: %s', (_what, settled) => {
    const cause = new Error('no such field');
    const [verdict, judged] = judgeCall(() => {
      throw cause;
    }, settled);
    expect([verdict, errorOf(judged)]).toEqual([
      'failure',
      {
        name: 'HoldfastError',
        message: 'the classifier failed',
        code: 'CLASSIFIER_FAILED',
        recovery: 'operator',
        details: {},
        cause,
      },
    ]);
  });

  it.each([
    [undefined, 'undefined'],
    [true, 'true'],
    ['Success', 'Success'],
    [Symbol('success'), 'Symbol(success)'],
    [['success'], 'success'],
    [Promise.resolve('success'), '[object Promise]'],
  ])('is failure if the classifier gives no known class: %o', (given, shown) => {
    const classify = (() => given) as Classify;
    const [verdict, judged] = judgeCall(classify, answered);
    expect([verdict, errorOf(judged)]).toMatchObject([
      'failure',
      {
        code: 'CLASSIFIER_FAILED',
        cause: new TypeError(`it must return success, failure or ignored, got ${shown}`),
      },
    ]);
  });

  it('is failure even if what the classifier gave cannot be shown', () => {
    const classify = (() => Object.create(null)) as Classify;
    const [verdict, judged] = judgeCall(classify, thrown);
    expect([verdict, errorOf(judged)]).toMatchObject(['failure', { code: 'CLASSIFIER_FAILED' }]);
  });
});
