import { expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { boxOptions, sandboxOptions } from '../../../runtime/options/sandbox.ts';

it('a sandbox is small and short-lived unless told otherwise', () => {
  expect(readOptions(sandboxOptions, 'run', { code: '1' })).toEqual({
    ...{ code: '1', host: {}, memoryBytesMax: 33_554_432, timeoutMs: 5_000, cpuMs: 5_000 },
    ...{ outputBytesMax: 65_536, resultBytesMax: 1_048_576, hostCallsMax: 256 },
    ...{ hostBytesMax: 16_777_216 },
  });
});

it('a box offers functions, and has a floor that is no stronger than what it asks for', () => {
  expect(() => readOptions(boxOptions, 'open', { host: { a: 1 } })).toThrow(
    new TypeError('open.host.a must be a function, got 1'),
  );
  const weaker = { isolation: 'isolate', floor: 'process' };
  expect(() => readOptions(boxOptions, 'open', weaker)).toThrow(
    new RangeError('open.floor must be no stronger than isolation, got "process"'),
  );
});
