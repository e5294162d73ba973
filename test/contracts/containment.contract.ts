import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Containment, Owner } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';

export interface ContainmentStage {
  readonly containment: Containment;
  readonly clock: Clock;
  /** Lets time pass until `done`, which the clock brings about within a second of its own time. */
  until(done: Promise<void>): Promise<void>;
}

const [major] = process.versions.node.split('.').map(Number);

/** Ways in which code fails when nobody can catch it any more. */
const late: Readonly<Record<string, (clock: Clock, boom: () => never) => void>> = {
  'a timer': (clock, boom) => void clock.after(1, boom),
  'a later turn': (clock, boom) => clock.soon(boom),
  'a timer of a timer': (clock, boom) => void clock.after(1, () => clock.after(1, boom)),
  'a timer of a promise': (clock, boom) => void Promise.resolve().then(() => clock.after(1, boom)),
  'a timer of the process': (_, boom) => void setTimeout(boom, 0),
  'an immediate of the process': (_, boom) => void setImmediate(boom),
  'the next tick': (_, boom) => process.nextTick(boom),
  'an async function that nobody awaits': (_, boom) =>
    void (async () => {
      await null;
      boom();
    })(),
  'a promise that nobody catches': (_, boom) => void new Promise(() => boom()),
};

/** What containment promises to those who start work. The runner's own listeners stand aside. */
export function containmentContract(name: string, begin: () => ContainmentStage): void {
  describe(name, () => {
    const foreign = listenAlone(begin);

    it('gives back what the work gives back, and throws what it throws', () => {
      const { containment } = begin();
      const owner = { uncaught: () => expect.unreachable() };
      expect(containment.run(owner, () => 7)).toBe(7);
      const work = (): never => {
        throw new RangeError('for the caller');
      };
      expect(() => containment.run(owner, work)).toThrow(new RangeError('for the caller'));
      expect(containment.current()).toBeUndefined();
    });

    it('knows the owner of the code that runs, in whatever that code started', async () => {
      const { containment, clock, until } = begin();
      const [outer, inner]: Owner[] = [{ uncaught: () => {} }, { uncaught: () => {} }];
      const seen: (Owner | undefined)[] = [containment.current()];
      const look = (): void => void seen.push(containment.current());
      if (outer === undefined || inner === undefined) return;
      const done = containment.run(outer, async () => {
        look();
        containment.run(inner, () => {
          look();
          clock.after(1, look);
        });
        await null;
        look();
        clock.soon(look);
        await new Promise<void>((resolve) => void clock.after(20, resolve));
        look();
      });
      look();
      await until(done);
      look();
      expect(seen.map((owner) => owner && (owner === outer ? 'outer' : 'inner'))).toEqual([
        ...[undefined, 'outer', 'inner', undefined],
        ...['outer', 'outer', 'inner', 'outer', undefined],
      ]);
    });

    lateErrors(begin, foreign);
  });
}

function lateErrors(begin: () => ContainmentStage, foreign: () => readonly string[]): void {
  it.each(Object.entries(late))('tells the owner what is thrown in %s', async (_, fail) => {
    const { containment, clock, until } = begin();
    const told: unknown[] = [];
    const boom = new Error('boom');
    const fails = (): void =>
      fail(clock, () => {
        throw boom;
      });
    const done = new Promise<void>((resolve) => {
      const uncaught = (error: unknown): void => {
        told.push(error, containment.current());
        resolve();
      };
      containment.run({ uncaught }, fails);
    });
    await until(done);
    expect(told).toEqual([boom, undefined]);
    expect(foreign()).toEqual([]);
  });

  it('on Node 20 cannot tell whose microtask threw', async () => {
    const { containment, until } = begin();
    const told: string[] = [];
    const boom = (): never => {
      throw new Error('boom');
    };
    containment.run({ uncaught: () => told.push('owner') }, () => queueMicrotask(boom));
    await until(new Promise((resolve) => void setImmediate(resolve)));
    expect([...told, ...foreign()]).toEqual([major === 20 ? 'Error: boom' : 'owner']);
  });
}

/** Replaces all who listen for uncaught errors by one who collects those that have no owner. */
function listenAlone(begin: () => ContainmentStage): () => readonly string[] {
  const uncaught = process.listeners('uncaughtException');
  const unhandled = process.listeners('unhandledRejection');
  const { containment } = begin();
  let ownerless: string[] = [];
  const collect = (error: unknown): void => {
    if (containment.current() === undefined) ownerless.push(String(error));
  };
  beforeAll(() => {
    for (const listener of uncaught) process.off('uncaughtException', listener);
    for (const listener of unhandled) process.off('unhandledRejection', listener);
    process.on('uncaughtException', collect);
  });
  afterAll(() => {
    process.off('uncaughtException', collect);
    for (const listener of uncaught) process.on('uncaughtException', listener);
    for (const listener of unhandled) process.on('unhandledRejection', listener);
  });
  return () => {
    const found = ownerless;
    ownerless = [];
    return found;
  };
}
