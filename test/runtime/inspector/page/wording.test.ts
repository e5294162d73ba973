import { expect, it } from 'vitest';
import {
  auditRows,
  checkRows,
  lifeText,
  nameText,
  policyRows,
  restartsText,
  sizeText,
} from '../../../../runtime/inspector/page/wording.ts';
import type { Kind } from '../../../../runtime/inspector/protocol.ts';

it('sizes are told in the largest unit that they fill', () => {
  const sizes = [0, 512, 1_536, 67_108_864, 1_099_511_488_366].map(sizeText);
  expect(sizes).toEqual(['0 bytes', '512 bytes', '1.5 KiB', '64 MiB', '1,024 GiB']);
});

it('names are told as words', () => {
  expect(['restartsMax', 'stableAfterMs', 'attemptsMin', 'kind'].map(nameText)).toEqual([
    ...['restarts at most', 'stable after', 'attempts at least', 'kind'],
  ]);
});

it('the chart of a closed breaker sleeps, and has not ended', () => {
  const of = (kind: Kind, name: string) => lifeText({ kind, life: 'ended', name });
  expect([
    ...[of('chart', 'breaker:psp'), of('chart', 'peer 3'), of('actor', 'breaker:mine')],
    lifeText({ kind: 'chart', life: 'running', name: 'breaker:psp' }),
  ]).toEqual(['asleep', 'ended', 'ended', 'running']);
});

it('a policy is told in rows, whatever lies within it', () => {
  const backoff = { minMs: 200, maxMs: 30_000, factor: 2 };
  const mailbox = { eventsMax: 1_024 };
  const rows = policyRows({ strategy: 'oneForAll', backoff, mailbox, persist: null, is: true });
  expect(rows).toEqual([
    ['strategy', 'one for all'],
    ['backoff, min', '200 ms'],
    ['backoff, max', '30 s'],
    ['backoff, factor', '2'],
    ['mailbox, events at most', '1,024'],
    ['persist', 'none'],
    ['is', 'yes'],
  ]);
});

it('the log is told in words, without what there is nothing to say of', () => {
  const told = { mode: 'degraded', because: '', code: null, size: 1_200, freeBytes: 2 ** 31 };
  const rows = auditRows({ ...told, segments: [{}], lastCommitMs: 4, strangeMs: 1_500 });
  expect(rows).toEqual([
    ['mode', 'degraded'],
    ['records', '1,200'],
    ['room left on the disk', '2 GiB'],
    ['last commit took', '4 ms'],
    ['strange', '1.5 s'],
  ]);
});

it('a check is told by what it measured, since when, and what hangs on it', () => {
  const check = { status: 'warn', because: 'slow', sinceMs: 1_000, atMs: 61_000 };
  const all = { ...check, affects: 'readiness', observed: { value: 250, unit: 'ms' } };
  expect(checkRows(all, 63_000)).toEqual([
    ['measured', '250 ms'],
    ['so for', '1 min 2 s'],
    ['checked', '2.0 s ago'],
    ['if it fails', 'this runtime is not ready'],
  ]);
  const other = { affects: 'nothing', observed: { value: 0.987, unit: 'load' }, note: 'x' };
  expect(checkRows(other, 0)).toEqual([
    ['measured', '0.99 load'],
    ['if it fails', 'it is told of, no more'],
    ['note', 'x'],
  ]);
});

it('one of what is measured is one', () => {
  const of = (value: number, unit: string) => checkRows({ observed: { value, unit } }, 0)[0]?.[1];
  expect([of(1, 'peers'), of(2, 'peers'), of(0, 'levels'), of(1, 'hits/s')]).toEqual([
    ...['1 peer', '2 peers', '0 levels', '1 hits/s'],
  ]);
});

it('one restart is one', () => {
  expect([1, 2].map(restartsText)).toEqual(['1 restart in its window', '2 restarts in its window']);
});
