import { expect, it } from 'vitest';
import { commonOf } from '../../../runtime/cli/directory-arguments.ts';

it('a directory is opened with the one key that was given', () => {
  const env = { WORDS: 'correct horse battery' };
  expect([
    commonOf({}, ['/data'], env),
    commonOf({ 'master-key-env': 'KEY', json: true }, ['/data'], env),
    commonOf({ 'passphrase-env': 'WORDS' }, ['/data'], env),
  ]).toEqual([
    { directory: '/data', key: undefined, isJson: false },
    { directory: '/data', key: { env: 'KEY' }, isJson: true },
    { directory: '/data', key: { passphrase: env.WORDS }, isJson: false },
  ]);
});

it('no directory, two of them, two keys, or a phrase that is not there are refused', () => {
  const two = { 'master-key': '/key', 'master-key-env': 'KEY' };
  expect(() => commonOf({}, [], {})).toThrow('no DATADIR');
  expect(() => commonOf({}, ['/a', '/b'], {})).toThrow('one DATADIR at a time, got /b too');
  expect(() => commonOf(two, ['/a'], {})).toThrow('one key at a time');
  const missing = () => commonOf({ 'passphrase-env': 'WORDS' }, ['/a'], {});
  expect(missing).toThrow('the variable that --passphrase-env names is not set');
});
