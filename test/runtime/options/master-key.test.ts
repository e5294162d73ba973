import { describe, expect, it } from 'vitest';
import { keyControlParams } from '../../../runtime/options/key-control.ts';
import { masterChange } from '../../../runtime/options/keys.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { refusalOf } from './refusal.ts';

const read = (masterKey: unknown) =>
  readOptions(runtimeOptions, 'createRuntime', { masterKey }).masterKey;
const rotate = (to: unknown) => readOptions(masterChange, 'rotate', { to }).to;
const rotateLive = (to: unknown) =>
  readOptions(keyControlParams['keys.rotate'], 'params', { purpose: 'master', to }).to;
const sources =
  ' must be { file, create? }, { env }, { passphrase } (12 to 1024 characters) or { provider }';

describe('the source of the master key', () => {
  const provider = async () => new Uint8Array(32);

  it.each([
    [{ file: '/key' }, { file: '/key', create: false }],
    [
      { file: '/key', create: true },
      { file: '/key', create: true },
    ],
    [{ env: 'ORDERS_KEY' }, { env: 'ORDERS_KEY' }],
    [{ passphrase: 'x'.repeat(12) }, { passphrase: 'x'.repeat(12) }],
    [{ passphrase: 'x'.repeat(1_024) }, { passphrase: 'x'.repeat(1_024) }],
    [{ provider }, { provider }],
  ])('may be %o', (given, taken) => {
    expect(read(given)).toEqual(taken);
  });

  it.each([
    ['nothing', {}, `RangeError: createRuntime.masterKey${sources}`],
    ['two', { file: '/key', env: 'KEY' }, `RangeError: createRuntime.masterKey${sources}`],
    ['unknown', { key: 'x'.repeat(64) }, `RangeError: createRuntime.masterKey${sources}`],
    ['bytes', new Uint8Array(32).fill(120), `RangeError: createRuntime.masterKey${sources}`],
    ['bytes of a variable', { env: [120] }, `RangeError: createRuntime.masterKey${sources}`],
    ['the key itself', 'x'.repeat(64), `TypeError: createRuntime.masterKey${sources}`],
    [
      'a file without a name',
      { file: '' },
      'RangeError: createRuntime.masterKey.file must be a string of 1 to 4096 characters',
    ],
    [
      'a short passphrase',
      { passphrase: 'x'.repeat(11) },
      'RangeError: createRuntime.masterKey.passphrase must be a string of 12 to 1024 characters',
    ],
    [
      'a long passphrase',
      { passphrase: 'x'.repeat(1_025) },
      'RangeError: createRuntime.masterKey.passphrase must be a string of 12 to 1024 characters',
    ],
    [
      'a provider that cannot be called',
      { provider: 'https://keys' },
      `RangeError: createRuntime.masterKey${sources}`,
    ],
  ])('may not be %s, and what was given is not told', (_, given, because) => {
    expect(refusalOf(() => read(given))).toBe(because);
    const rotation = because.replace('createRuntime.masterKey', 'rotate.to');
    expect(refusalOf(() => rotate(given))).toBe(rotation);
    expect(refusalOf(() => rotateLive(given))).toBe(rotation.replace('rotate.', 'params.'));
  });
});
