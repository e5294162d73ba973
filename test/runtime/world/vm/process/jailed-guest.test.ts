import { describe, expect, it } from 'vitest';
import { type JailExit, Jailed } from '../../../../../runtime/world/vm/process/jail.ts';
import { exitOf, JailedGuest } from '../../../../../runtime/world/vm/process/jailed-guest.ts';
import { ground, obstacle, specOf } from './jail.fixture.ts';

describe('the end of a guest', () => {
  it.each<[string, Partial<JailExit>, string]>([
    ['killed', { code: 137, isKilled: true }, 'exit 137'],
    ['memory', { code: 134, stderr: 'JavaScript heap out of memory\n1: 0xb9' }, 'exit 134'],
    ['memory', { code: 133, stderr: "what():  std::bad_alloc'" }, 'exit 133'],
    ['memory', { code: 137 }, 'exit 137'],
    ['crashed', { code: 134, stderr: 'Aborted' }, 'exit 134'],
    ['crashed', { code: 139, stderr: 'out of memory' }, 'exit 139'],
    ['crashed', { code: 0 }, 'exit 0'],
    ['crashed', { code: null, signal: 'SIGSEGV' }, 'SIGSEGV'],
  ])('is %s for %o', (because, exit, status) => {
    const whole = { code: null, signal: null, isKilled: false, stderr: '', ...exit };
    expect(exitOf(whole)).toEqual({ because, status });
  });
});

describe('a guest in a jail', () => {
  it.for([
    ['says something else', "import { writeSync } from 'node:fs'; writeSync(3, 'hello');"],
    ['ends', ''],
  ] as const)('is not ready if it %s', async ([_, source], context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const jail = new Jailed(ground().tools, specOf(source));
    const guest = new JailedGuest(jail);
    expect(await guest.ready).toBe(false);
    jail.kill();
    await jail.exited;
    expect(guest.isOver).toBe(true);
  });
});
