import { describe, expect, it, vi } from 'vitest';
import { HoldfastError } from '../../runtime/errors.ts';
import { counterMachine, stage, told } from './kernel/stage.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

async function counter() {
  const { runtime, ...rest } = await stage();
  const child = runtime.supervisor('pool').start('a', counterMachine, { restart: 'temporary' });
  return { ...rest, runtime, child };
}

describe('a handle', () => {
  it('knows its place, and is found by it', async () => {
    const { child, runtime } = await counter();
    expect([child.id, child.path, runtime.find('pool/a')?.path]).toEqual(['a', 'pool/a', 'pool/a']);
  });

  it.each([
    [{}, 'TypeError: ask.reply must be a non-empty string, got undefined'],
    [{ reply: '' }, 'RangeError: ask.reply must be a non-empty string, got ""'],
    [
      { reply: 'reported', timeoutMs: Number.NaN },
      'RangeError: ask.timeoutMs must be a number from 1 to 3600000, got NaN',
    ],
    [
      { reply: 'reported', timeoutMs: 0 },
      'RangeError: ask.timeoutMs must be a number from 1 to 3600000, got 0',
    ],
    [
      { reply: 'reported', signal: {} },
      'TypeError: ask.signal must be an AbortSignal, got an object',
    ],
    [{ reply: 'reported', timeout: 5 }, 'TypeError: ask.timeout is not an option'],
  ])('refuses a question with %o, and asks nobody', async (options, refusal) => {
    const { child, clock } = await counter();
    const ask = child.ask as (event: unknown, options: unknown) => Promise<unknown>;
    const refused = await ask.call(child, { type: 'report' }, options).catch(String);
    clock.advance(0);
    expect([refused, clock.pending]).toEqual([refusal, 0]);
  });

  it('has one stream of changes, which costs nothing while nobody watches', async () => {
    const { child, clock } = await counter();
    expect(child.changes$).toBe(child.changes$);
    const counts: number[] = [];
    const watching = child.changes$.subscribe(({ context }) => counts.push(context.count));
    child.tell({ type: 'add' });
    clock.advance(0);
    watching.unsubscribe();
    child.tell({ type: 'add' });
    clock.advance(0);
    expect(counts).toEqual([1]);
  });

  it('ends the stream of changes with the actor, for those who come later too', async () => {
    const { child, clock } = await counter();
    const heard: string[] = [];
    child.changes$.subscribe({ complete: () => heard.push('over') });
    child.tell({ type: 'finish' });
    clock.advance(0);
    child.changes$.subscribe({ complete: () => heard.push('over, late') });
    expect(heard).toEqual(['over', 'over, late']);
  });

  it('of an actor that has ended has an ended stream, no snapshot, and takes nothing', async () => {
    const { child, clock, runtime } = await counter();
    child.tell({ type: 'finish' });
    clock.advance(0);
    const heard: string[] = [];
    child.changes$.subscribe({ complete: () => heard.push('over') });
    child.restart('too late');
    await Promise.all([child.stop(), clock.advanceAsync(0)]);
    expect({ heard, snapshot: child.snapshot(), tell: child.tell({ type: 'add' }) }).toEqual({
      heard: ['over'],
      snapshot: undefined,
      tell: { rejected: 'dead' },
    });
    expect(runtime.find('pool/a')).toBeUndefined();
  });

  it('survives a watcher of changes that throws, and says whose it was', async () => {
    const { child, clock, facts } = await counter();
    child.changes$.subscribe(() => {
      throw new Error('mine');
    });
    child.tell({ type: 'add' });
    clock.advance(0);
    await vi.waitFor(() => expect(told(facts, 'subscriber.failed').length).toBe(1));
    child.tell({ type: 'add' });
    clock.advance(0);
    expect(child.snapshot()?.context).toEqual({ count: 2 });
    expect(facts.find(({ type }) => type === 'subscriber.failed')).toMatchObject({
      subject: 'pool/a',
      data: { error: { name: 'Error', message: 'mine' } },
    });
    expect(told(facts, 'actor.failed')).toEqual([]);
    expect(stray).toEqual([]);
  });

  it('tells a death on a later turn, once, however the actor ended', async () => {
    const { child, clock } = await counter();
    const ends: unknown[] = [];
    child.watch((ended) => ends.push(ended));
    const stopped = child.stop();
    expect(ends).toEqual([]);
    await Promise.all([stopped, child.stop(), clock.advanceAsync(0)]);
    expect(ends).toEqual([{ path: 'pool/a', because: 'stopped' }]);
  });

  it('tells a death that is long over on a later turn too', async () => {
    const { child, clock } = await counter();
    await Promise.all([child.stop(), clock.advanceAsync(1000)]);
    const ends: unknown[] = [];
    child.watch(({ because }) => ends.push(because));
    expect(ends).toEqual([]);
    clock.advance(0);
    expect(ends).toEqual(['stopped']);
  });

  it('is not listened to for changes that nobody watches any more', async () => {
    const { child, clock, runtime } = await counter();
    const seen: unknown[] = [];
    const watch = () => child.changes$.subscribe(({ context }) => seen.push(context));
    const [first, second] = [watch(), watch()];
    first.unsubscribe();
    child.tell({ type: 'add' });
    clock.advance(0);
    second.unsubscribe();
    child.tell({ type: 'add' });
    clock.advance(0);
    let completed = 0;
    child.changes$.subscribe({ complete: () => (completed += 1) });
    void child.stop();
    clock.advance(0);
    child.changes$.subscribe({ complete: () => (completed += 1) });
    expect([seen, completed, runtime.find('pool/a')]).toEqual([[{ count: 1 }], 2, undefined]);
  });

  it('that asks what cannot be asked arms nothing, and leaves nothing to go wrong', async () => {
    const { child, clock } = await counter();
    const unreadable = {
      type: 'report',
      get why(): never {
        throw new Error('do not look');
      },
    } as const;
    const deaf: AbortSignal = Object.create(AbortSignal.prototype);
    const codes = await Promise.all(
      [
        child.ask(unreadable, { reply: 'reported' }),
        child.ask({ type: 'report' }, { reply: 'reported', signal: deaf }),
      ].map((answer) =>
        answer.catch((error) => (error instanceof HoldfastError ? error.code : error.name)),
      ),
    );
    clock.advance(60_000);
    expect([codes, clock.pending]).toEqual([['EVENT_REFUSED', 'TypeError'], 0]);
    expect(stray).toEqual([]);
  });
});
