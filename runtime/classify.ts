import { HoldfastError } from './errors.ts';

export type Settled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** What a settled call says about what it called; `ignored` says nothing. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** Says once, for breaker, retry and fallback alike, what is a failure. */
export type Classify = (settled: Settled) => Verdict;

export const thrownIsFailure: Classify = ({ ok }) => (ok ? 'success' : 'failure');

const VERDICTS: readonly unknown[] = ['success', 'failure', 'ignored'];

/**
 * What a call comes to: a value that the classifier calls a failure is one, with the value as its
 * cause; and a call whose classifier fails has failed.
 */
export function judgeCall(classify: Classify, settled: Settled): [Verdict, Settled] {
  try {
    const verdict: unknown = classify(settled);
    if (!VERDICTS.includes(verdict)) {
      // One that is async may reject as well, where nobody listens.
      if (verdict instanceof Promise) verdict.catch(() => {});
      throw new TypeError(`it must return success, failure or ignored, got ${String(verdict)}`);
    }
    if (verdict !== 'failure' || !settled.ok) return [verdict as Verdict, settled];
    const cause = { cause: settled.value };
    const message = 'the classifier calls what the call returned a failure';
    return [
      'failure',
      { ok: false, error: new HoldfastError('CALL_REJECTED', message, {}, cause) },
    ];
  } catch (thrown) {
    const message = 'the classifier failed';
    const error = new HoldfastError('CLASSIFIER_FAILED', message, {}, { cause: thrown });
    return ['failure', { ok: false, error }];
  }
}
