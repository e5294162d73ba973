import { take } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Audience } from '../../runtime/audience.ts';
import { containment } from '../../runtime/world/containment.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

function audience(bracket: { onFirst?: () => void; onLast?: () => void } = {}) {
  const failed: unknown[] = [];
  const people = new Audience<number>();
  const values$ = people.observe((error) => failed.push(error), bracket);
  return { people, values$, failed, tell: (value: number) => people.tell(value, containment) };
}

describe('an audience', () => {
  it('hears what is told while it listens, in the order it came in', () => {
    const { people, values$, tell } = audience();
    const heard: string[] = [];
    tell(0);
    const a = values$.subscribe((value) => heard.push(`a${value}`));
    values$.subscribe((value) => heard.push(`b${value}`));
    tell(1);
    a.unsubscribe();
    tell(2);
    expect([heard, people.isEmpty]).toEqual([['a1', 'b1', 'b2'], false]);
  });

  it('is begun by the first and ended by the last, each time anew', () => {
    const told: string[] = [];
    const { values$, people } = audience({
      onFirst: () => told.push('first'),
      onLast: () => told.push('last'),
    });
    const [a, b] = [values$.subscribe(), values$.subscribe()];
    a.unsubscribe();
    a.unsubscribe();
    b.unsubscribe();
    values$.subscribe().unsubscribe();
    expect([told, people.isEmpty]).toEqual([['first', 'last', 'first', 'last'], true]);
  });

  it('loses a subscriber that throws, tells whose fault it was, and goes on', async () => {
    const { people, values$, failed, tell } = audience();
    const heard: number[] = [];
    const bad = values$.subscribe(() => {
      throw new Error('mine');
    });
    values$.subscribe((value) => heard.push(value));
    tell(1);
    await vi.waitFor(() => expect(failed).toEqual([new Error('mine')]));
    tell(2);
    expect({ heard, isBadGone: bad.closed, isEmpty: people.isEmpty, stray }).toEqual({
      heard: [1, 2],
      isBadGone: true,
      isEmpty: false,
      stray: [],
    });
  });

  it('answers for what a subscriber starts and lets go wrong later', async () => {
    const { values$, failed, tell } = audience();
    values$.subscribe(() => {
      void Promise.reject(new Error('later'));
    });
    tell(1);
    await vi.waitFor(() => expect(failed).toEqual([new Error('later')]));
    expect(stray).toEqual([]);
  });

  it('does not tell a value to those who come in because of it', () => {
    const { values$, tell } = audience();
    const heard: number[] = [];
    const hearOne = (): void => {
      values$.pipe(take(1)).subscribe((value) => {
        heard.push(value);
        hearOne();
      });
    };
    hearOne();
    for (const value of [1, 2, 3]) tell(value);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('is sent home when all is over, and whoever comes later too', () => {
    const { people, values$, tell } = audience();
    const heard: string[] = [];
    const listener = (name: string) => ({
      next: (value: number) => heard.push(`${name} ${value}`),
      complete: () => heard.push(`${name} over`),
    });
    values$.subscribe(listener('early'));
    people.close(containment);
    values$.subscribe(listener('late'));
    tell(1);
    expect([heard, people.isEmpty]).toEqual([['early over', 'late over'], true]);
  });
});
