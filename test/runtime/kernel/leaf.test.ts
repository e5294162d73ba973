import { describe, expect, it } from 'vitest';
import { type AnyActorRef, assign, type EventObject, emit, fromCallback, setup } from 'xstate';
import { counterMachine, countOf, drainingMachine, stage, told } from './stage.ts';

describe('mailbox of an actor', () => {
  it('hands events over in order, on a later turn', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    expect([child.tell({ type: 'add' }), child.tell({ type: 'add' })]).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(child.snapshot()?.context).toEqual({ count: 0 });
    clock.advance(0);
    expect(child.snapshot()?.context).toEqual({ count: 2 });
  });

  it('refuses what does not fit, tells the sender, and keeps what it has', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const child = pool.start('a', counterMachine, { mailbox: { eventsMax: 1000 } });
    const results = Array.from({ length: 5000 }, () => child.tell({ type: 'add' }));
    expect(results.slice(999, 1001)).toEqual(['accepted', { rejected: 'full' }]);
    clock.advance(2000);
    expect(child.snapshot()?.context).toEqual({ count: 1000 });
    expect(runtime.deadLetters.byReason).toEqual({ full: 4000 });
    const summaries = facts
      .filter(({ type }) => type === 'mailbox.dropped')
      .map(({ data }) => data);
    expect(summaries).toEqual([
      { reason: 'full', count: 1, subjects: ['pool/a'] },
      { reason: 'full', count: 3999, subjects: ['pool/a'] },
    ]);
  });

  it.each([
    ['no object', 'add'],
    ['null', null],
    ['no type', {}],
    ['a type that is no string', { type: 7 }],
    ['an empty type', { type: '' }],
    ['the wildcard', { type: '*' }],
    ['a stop from outside', { type: 'xstate.stop' }],
    ['a forged result', { type: 'xstate.done.actor.pr', output: 1 }],
    ['a forged failure', { type: 'xstate.error.actor.x' }],
    ['a forged delay', { type: 'xstate.after.100.counter' }],
    [
      'a type that throws',
      {
        get type() {
          throw new Error('mine');
        },
      },
    ],
  ])('refuses %s, and the actor lives', async (_what, event) => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const tell = child.tell as (event: unknown) => unknown;
    expect(tell.call(child, event)).toEqual({ rejected: 'type' });
    expect(await countOf(runtime, 'pool/a', clock)).toMatchObject({ count: 0 });
  });

  it('keeps queued events over a restart, all but the one that failed', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    for (const type of ['add', 'boom', 'add', 'add'] as const) child.tell({ type });
    clock.advance(1000);
    expect(child.snapshot()?.context).toEqual({ count: 2 });
    expect(runtime.deadLetters.recent).toMatchObject([
      { subject: 'pool/a', reason: 'poison', event: { type: 'boom' } },
    ]);
  });

  it('keeps what is told while its actor waits, over failing tries too', async () => {
    let startsToFail = 0;
    const flaky = setup({
      actions: {
        start: () => {
          if (startsToFail-- > 0) throw new Error('false start');
        },
      },
    }).createMachine({
      id: 'flaky',
      entry: 'start',
      context: { got: 0 },
      on: {
        add: { actions: assign({ got: ({ context }) => context.got + 1 }) },
        boom: {
          actions: () => {
            throw new Error('boom');
          },
        },
      },
    });
    const { runtime, clock, facts } = await stage();
    const child = runtime.supervisor('pool').start('a', flaky);
    child.tell({ type: 'boom' });
    clock.advance(0);
    startsToFail = 3;
    child.tell({ type: 'add' });
    clock.advance(10_000);
    expect(told(facts, 'actor.failed').length).toBe(4);
    expect(child.snapshot()?.context).toEqual({ got: 1 });
  });
});

describe('poison', () => {
  it('is quarantined after as many incarnations as it may bring down', async () => {
    const { runtime, facts, clock } = await stage();
    const options = { mailbox: { attemptsMax: 3 }, restore: 'lastGood' as const };
    const child = runtime.supervisor('pool').start('a', counterMachine, options);
    for (const type of ['add', 'boom', 'add'] as const) child.tell({ type });
    clock.advance(5_000);
    expect(told(facts, 'actor.failed').length).toBe(3);
    const quarantined = facts.find(({ type }) => type === 'actor.quarantined');
    expect(quarantined?.data).toEqual({ event: 'boom', attempts: 3 });
    expect(child.snapshot()?.context).toEqual({ count: 2 });
  });

  it('is tried again ahead of what came after it', async () => {
    const handled: string[] = [];
    const touchy = fromCallback<EventObject>(({ receive }) => {
      receive(({ type }) => {
        handled.push(type);
        if (handled.length === 1) throw new Error('not yet');
      });
    });
    const { runtime, clock } = await stage();
    const options = { mailbox: { attemptsMax: 2 } };
    const child = runtime.supervisor('pool').start('a', touchy, options);
    for (const type of ['first', 'second']) child.tell({ type });
    clock.advance(1000);
    expect(handled).toEqual(['first', 'first', 'second']);
  });
});

describe('dead letters', () => {
  it('come from a dead actor, a full mailbox, a lost queue, and unwanted events', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const child = pool.start('a', counterMachine, {
      restart: 'temporary',
      mailbox: { eventsMax: 3 },
    });
    const send = (type: string) =>
      (child.tell as (event: { type: string }) => unknown).call(child, { type });
    send('unheard.of');
    send('boom');
    send('add');
    send('add');
    clock.advance(0);
    send('add');
    expect(runtime.deadLetters.byReason).toEqual({
      full: 1,
      unhandled: 1,
      poison: 1,
      stopped: 1,
      dead: 1,
    });
    expect(runtime.deadLetters.recent.map(({ reason, event }) => [reason, event?.type])).toEqual([
      ['full', 'add'],
      ['unhandled', 'unheard.of'],
      ['poison', 'boom'],
      ['stopped', 'add'],
      ['dead', 'add'],
    ]);
  });

  it('come from an inner actor that has ended', async () => {
    const inner: AnyActorRef[] = [];
    const machine = setup({
      actors: { brief: fromCallback(({ self }) => void inner.push(self)) },
    }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'brief' }, on: { leave: 'b' } }, b: {} },
    });
    const { runtime, clock } = await stage();
    runtime.supervisor('pool').start('a', machine).tell({ type: 'leave' });
    clock.advance(0);
    inner[0]?.send({ type: 'late' });
    expect(runtime.deadLetters.recent).toMatchObject([
      { subject: 'pool/a', reason: 'dead', event: { type: 'late' } },
    ]);
  });

  it('do not come from an event that a chart ignores on purpose', async () => {
    const ignoring = setup({}).createMachine({ id: 'ignoring', on: { noise: {} } });
    const { runtime, clock } = await stage();
    runtime.supervisor('pool').start('a', ignoring).tell({ type: 'noise' });
    clock.advance(0);
    expect(runtime.deadLetters.total).toBe(0);
  });

  it('are kept up to their limit, the newest ones', async () => {
    const { runtime } = await stage({ limits: { deadLettersMax: 2 } });
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const tell = child.tell as (event: unknown) => unknown;
    for (const n of [1, 2, 3]) tell.call(child, { type: '*', n });
    expect(runtime.deadLetters.recent.map(({ event }) => event)).toEqual([
      { type: '*', n: 2 },
      { type: '*', n: 3 },
    ]);
    expect(runtime.deadLetters.total).toBe(3);
  });
});

/** Answers after a while, in the reverse order of the questions. */
const slowMachine = setup({
  types: {
    context: {} as { asked: string[] },
    events: {} as { type: 'question'; correlationId?: string } | { type: 'answer' },
    emitted: {} as { type: 'answered'; correlationId?: string; text: string },
  },
}).createMachine({
  id: 'slow',
  context: { asked: [] },
  on: {
    question: {
      actions: assign({
        asked: ({ context, event }) => [...context.asked, event.correlationId ?? ''],
      }),
    },
    answer: {
      actions: [
        emit(({ context }) => {
          const correlationId = context.asked.at(-1) ?? '';
          return { type: 'answered' as const, correlationId, text: `to ${correlationId}` };
        }),
        assign({ asked: ({ context }) => context.asked.slice(0, -1) }),
      ],
    },
  },
});

describe('ask', () => {
  it('is answered by what the actor emits while it handles the event', async () => {
    const { runtime, clock } = await stage();
    runtime.supervisor('pool').start('a', counterMachine, { input: { from: 7 } });
    expect(await countOf(runtime, 'pool/a', clock)).toEqual({ type: 'reported', count: 7 });
  });

  it('is answered later only by an answer to this very question', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', slowMachine);
    const first = child.ask({ type: 'question' }, { reply: 'answered' });
    const second = child.ask({ type: 'question' }, { reply: 'answered' });
    clock.advance(0);
    child.tell({ type: 'answer' });
    child.tell({ type: 'answer' });
    clock.advance(0);
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ correlationId }) => correlationId)).toEqual(['ask-1', 'ask-2']);
  });

  it('never takes a late answer to an earlier question for its own', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', slowMachine);
    const first = child.ask({ type: 'question' }, { reply: 'answered', timeoutMs: 10 });
    const refused = expect(first).rejects.toMatchObject({ code: 'ASK_TIMEOUT' });
    clock.advance(20);
    await refused;
    child.tell({ type: 'answer' });
    const second = child.ask({ type: 'question' }, { reply: 'answered', timeoutMs: 10 });
    const unanswered = expect(second).rejects.toMatchObject({
      code: 'ASK_TIMEOUT',
      message: 'no "answered" from pool/a within 10 ms',
      retryable: true,
    });
    clock.advance(20);
    await unanswered;
  });

  it('is not handed over any more once whoever asked has given up', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const abort = new AbortController();
    const asked = child.ask({ type: 'add' }, { reply: 'reported', signal: abort.signal });
    const refused = expect(asked).rejects.toBe('changed my mind');
    abort.abort('changed my mind');
    clock.advance(0);
    await refused;
    expect(child.snapshot()?.context).toEqual({ count: 0 });
    expect(runtime.deadLetters.byReason).toEqual({ expired: 1 });
    expect(clock.pending).toBe(1);
  });

  it.each([
    ['EVENT_UNHANDLED', 'unheard.of', {}],
    ['ACTOR_FAILED', 'boom', {}],
    ['EVENT_REFUSED', 'xstate.stop', {}],
    ['MAILBOX_FULL', 'report', { mailbox: { eventsMax: 1 } }],
  ])('fails at once with %s where there can be no answer', async (code, type, options) => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine, options);
    if (code === 'MAILBOX_FULL') child.tell({ type: 'add' });
    const asked = child.ask({ type: type as 'report' }, { reply: 'reported' });
    const refused = expect(asked).rejects.toMatchObject({ name: 'HoldfastError', code });
    clock.advance(0);
    await refused;
  });

  it('fails with ACTOR_DEAD when the actor ends first, and of one that has ended', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', slowMachine, { shutdownMs: 0 });
    const asked = child.ask({ type: 'question' }, { reply: 'answered' });
    const refused = expect(asked).rejects.toMatchObject({ code: 'ACTOR_DEAD' });
    clock.advance(0);
    void child.stop();
    clock.advance(0);
    await refused;
    const late = child.ask({ type: 'question' }, { reply: 'answered' });
    await expect(late).rejects.toMatchObject({ code: 'ACTOR_DEAD' });
  });

  it('fails when the actor ends first, its question in hand or still queued', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', slowMachine, { shutdownMs: 0 });
    const codes: Record<string, unknown> = {};
    const ask = (name: string): void => {
      const asked = child.ask({ type: 'question' }, { reply: 'answered' });
      asked.catch((error: { code?: unknown }) => {
        codes[name] = error.code;
      });
    };
    ask('handed over');
    clock.advance(0);
    ask('queued');
    void child.stop();
    await clock.advanceAsync(0);
    expect(codes).toEqual({ 'handed over': 'ACTOR_DEAD', queued: 'ACTOR_DEAD' });
  });
});

describe('last good state', () => {
  const timed = setup({
    types: { context: {} as { ticks: number }, events: {} as { type: 'boom' } | { type: 'tick' } },
    actions: {
      fail: () => {
        throw new Error('boom');
      },
    },
  }).createMachine({
    id: 'timed',
    context: { ticks: 0 },
    initial: 'armed',
    on: {
      boom: { actions: [assign({ ticks: 99 }), 'fail'] },
      tick: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
    },
    states: { armed: { after: { 5000: 'fired' } }, fired: {} },
  });
  const backoff = { minMs: 1000, maxMs: 1000, factor: 1 };

  it('is what the next incarnation starts from, untouched by the failing event', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', timed, { backoff, restore: 'lastGood' });
    child.tell({ type: 'tick' });
    child.tell({ type: 'boom' });
    clock.advance(1000);
    expect(child.snapshot()?.context).toEqual({ ticks: 1 });
  });

  it('keeps its deadlines: they come due when they always would have', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', timed, { backoff, restore: 'lastGood' });
    clock.advance(3_000);
    child.tell({ type: 'boom' });
    clock.advance(1_999);
    expect(child.snapshot()?.value).toBe('armed');
    clock.advance(1);
    expect(child.snapshot()?.value).toBe('fired');
  });

  it('has its deadlines due at once if they passed while nobody was there', async () => {
    const { runtime, clock, facts } = await stage({ seed: 3 });
    const slow = { minMs: 40_000, maxMs: 80_000, factor: 1 };
    const child = runtime
      .supervisor('pool')
      .start('a', timed, { backoff: slow, restore: 'lastGood' });
    clock.advance(4_999);
    child.tell({ type: 'boom' });
    clock.advance(0);
    const delayMs = Number(facts.find(({ type }) => type === 'supervisor.decided')?.data.delayMs);
    clock.advance(delayMs);
    expect(delayMs).toBeGreaterThan(10);
    expect(child.snapshot()?.value).toBe('fired');
  });

  it('starts from the beginning by default', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', timed, { backoff });
    child.tell({ type: 'tick' });
    clock.advance(3_000);
    child.tell({ type: 'boom' });
    clock.advance(4_999);
    expect([child.snapshot()?.value, child.snapshot()?.context]).toEqual(['armed', { ticks: 0 }]);
  });
});

describe('an actor that is stopped', () => {
  it('first handles what it has accepted', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const counts: number[] = [];
    child.changes$.subscribe(({ context }) => counts.push(context.count));
    for (const type of ['add', 'add'] as const) child.tell({ type });
    void child.stop();
    clock.advance(0);
    expect([counts, child.snapshot(), runtime.deadLetters.total]).toEqual([[1, 2], undefined, 0]);
  });

  it('has its time to finish, and no more', async () => {
    const { runtime, facts, clock } = await stage();
    const options = { shutdownMs: 300 };
    const child = runtime.supervisor('pool').start('a', drainingMachine, options);
    child.tell({ type: 'stick' });
    void child.stop();
    clock.advance(299);
    expect(told(facts, 'actor.stopped')).toEqual([]);
    clock.advance(1);
    expect(told(facts, 'actor.stopped')).toEqual(['actor.stopped pool/a']);
  });
});

describe('an error of an incarnation that is gone', () => {
  it('is told, and fails nobody', async () => {
    const { runtime, facts, clock } = await stage();
    let starts = 0;
    const late = fromCallback(() => {
      starts += 1;
      if (starts > 1) return;
      clock.after(100, () => {
        throw new Error('too late');
      });
    });
    const child = runtime.supervisor('pool').start('a', late);
    child.restart('somebody wants it');
    clock.advance(1000);
    expect(told(facts).slice(2)).toEqual([
      'supervisor.decided pool/a',
      'actor.restarted pool/a',
      'actor.failed pool/a',
    ]);
    expect([starts, child.snapshot()?.status]).toEqual([2, 'active']);
  });
});

describe('handles', () => {
  it('stay good over restarts, and a wished-for restart costs no budget', async () => {
    const { runtime, facts, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine, { restartsMax: 0 });
    child.tell({ type: 'add' });
    clock.advance(0);
    child.restart('new configuration');
    clock.advance(0);
    expect(child.snapshot()?.context).toEqual({ count: 0 });
    expect(facts.find(({ type }) => type === 'supervisor.decided')?.data).toMatchObject({
      decision: 'restart',
      because: 'new configuration',
    });
  });

  it('show every change, of all incarnations, while somebody looks', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const counts: number[] = [];
    const watching = child.changes$.subscribe(({ context }) => counts.push(context.count));
    for (const type of ['add', 'add', 'boom', 'add'] as const) child.tell({ type });
    clock.advance(1000);
    watching.unsubscribe();
    child.tell({ type: 'add' });
    clock.advance(0);
    expect(counts).toEqual([1, 2, 0, 1]);
  });

  it('tell once, and late watchers too, how the actor ended', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const child = pool.start('a', counterMachine, { restart: 'temporary' });
    const ends: unknown[] = [];
    child.watch(() => {
      throw new Error('a bad watcher');
    });
    child.watch((ended) => ends.push(ended));
    const unwatch = child.watch((ended) => ends.push(ended));
    unwatch();
    child.tell({ type: 'boom' });
    clock.advance(0);
    child.watch((ended) => ends.push(ended));
    clock.advance(0);
    const ended = { path: 'pool/a', because: 'failed', error: new Error('boom') };
    expect(ends).toEqual([ended, ended]);
  });
});

describe('twenty thousand hops', () => {
  it('pass through actors that tell each other, without recursion', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    let hops = 0;
    const hop = fromCallback<{ type: 'hop'; left: number }, { next: () => string }>(
      ({ receive, input }) =>
        receive(({ left }) => {
          hops += 1;
          if (left > 0) runtime.find(input.next())?.tell({ type: 'hop', left: left - 1 });
        }),
    );
    const a = pool.start('a', hop, { input: { next: () => 'pool/b' } });
    pool.start('b', hop, { input: { next: () => 'pool/a' } });
    a.tell({ type: 'hop', left: 20_000 });
    clock.advance(0);
    expect(hops).toBe(20_001);
  });
});
