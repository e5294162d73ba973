import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../../runtime/errors.ts';
import { Ask } from '../../../runtime/kernel/ask.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

const question = (): Ask => new Ask('pool/a', 'ask-7', 'answered');

describe('a question', () => {
  it('takes what is emitted while it is handled, whatever it is marked with', async () => {
    const ask = question();
    ask.offer({ type: 'answered', correlationId: 'ask-6' }, true);
    expect(await ask.answer).toEqual({ type: 'answered', correlationId: 'ask-6' });
  });

  it('takes what is marked with its id, later, and nothing else', async () => {
    const ask = question();
    ask.offer({ type: 'answered' }, false);
    ask.offer({ type: 'answered', correlationId: 'ask-6' }, false);
    expect(ask.isSettled).toBe(false);
    ask.offer({ type: 'answered', correlationId: 'ask-7' }, false);
    expect(await ask.answer).toEqual({ type: 'answered', correlationId: 'ask-7' });
  });

  it('has one answer: the first', async () => {
    const ask = question();
    for (const text of ['first', 'second']) ask.offer({ type: 'answered', text } as never, true);
    ask.refuse('ACTOR_DEAD', 'it ended');
    expect(await ask.answer).toEqual({ type: 'answered', text: 'first' });
  });

  it('ends after its time, with what was asked of whom', async () => {
    const [clock, ask] = [new VirtualClock(), question()];
    ask.bound(clock, 50, undefined);
    clock.advance(49);
    expect(ask.isSettled).toBe(false);
    clock.advance(1);
    await expect(ask.answer).rejects.toEqual(
      new HoldfastError('ASK_TIMEOUT', 'no "answered" from pool/a within 50 ms', {
        path: 'pool/a',
        reply: 'answered',
        timeoutMs: 50,
      }),
    );
  });

  it.each([
    ['before it is asked', true],
    ['while it waits', false],
  ])('ends with the reason of a signal that is aborted %s', async (_when, isEarly) => {
    const [clock, ask, abort] = [new VirtualClock(), question(), new AbortController()];
    if (isEarly) abort.abort('never mind');
    ask.bound(clock, 50, abort.signal);
    abort.abort('never mind');
    await expect(ask.answer).rejects.toBe('never mind');
    expect(clock.pending).toBe(0);
  });

  it('lets go of everything it held once it is over, however it ends', async () => {
    const ends = ['answer', 'refusal', 'timeout', 'abort'].map((end) => {
      const [clock, ask, abort] = [new VirtualClock(), question(), new AbortController()];
      const released: string[] = [];
      ask.onceSettled(() => released.push('early'));
      ask.bound(clock, 50, abort.signal);
      ask.answer.catch(() => {});
      if (end === 'answer') ask.offer({ type: 'answered' }, true);
      if (end === 'refusal') ask.refuse('ACTOR_DEAD', 'it ended');
      if (end === 'timeout') clock.advance(50);
      if (end === 'abort') abort.abort();
      ask.onceSettled(() => released.push('late'));
      return { pending: clock.pending, released };
    });
    expect(ends).toEqual(Array.from(ends, () => ({ pending: 0, released: ['early', 'late'] })));
  });

  it('is refused with the reason, and with what caused it', async () => {
    const [ask, cause] = [question(), new Error('boom')];
    ask.refuse('ACTOR_FAILED', 'it failed first', cause);
    await expect(ask.answer).rejects.toMatchObject({
      code: 'ACTOR_FAILED',
      message: 'pool/a did not answer: it failed first',
      details: { path: 'pool/a', reply: 'answered' },
      cause,
    });
  });

  it('refuses an answer that would have to be waited for', async () => {
    const ask = question();
    const thenable = Object.fromEntries([
      ['type', 'answered'],
      ['then', () => {}],
    ]);
    ask.offer(thenable as { type: string }, true);
    await expect(ask.answer).rejects.toMatchObject({ code: 'EVENT_REFUSED' });
  });
});
