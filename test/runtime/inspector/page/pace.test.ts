import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { paced } from '../../../../runtime/inspector/page/pace.ts';

describe('what follows at a slower pace', () => {
  it('tells the newest, once for all that came meanwhile', () => {
    const source = signal(1);
    const later: (() => void)[] = [];
    const told = paced(source, 500, (_, run) => later.push(run));
    const seen: number[] = [];
    told.subscribe((value) => seen.push(value));
    for (const run of later.splice(0)) run();
    for (const value of [2, 3, 4]) source.value = value;
    expect([seen, later.length]).toEqual([[1], 1]);
    for (const run of later.splice(0)) run();
    source.value = 5;
    expect([seen, later.length]).toEqual([[1, 4], 1]);
  });
});
