import { expect, it } from 'vitest';
import { keysCommand } from '../../../runtime/cli/keys-arguments.ts';

const refusalOf = (...args: readonly string[]): string => {
  try {
    keysCommand(args, {});
    return 'taken';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

it('a command of keys says what is asked for, and of which directory', () => {
  const common = { directory: '/data', key: undefined, isJson: false };
  expect(keysCommand(['list', '/data', '--json'], {})).toEqual({
    ...common,
    ...{ method: 'keys.list', params: {}, isJson: true },
  });
  const args = ['rotate', '/data', '--purpose', 'audit', '--reason', 'due', '--master-key', '/key'];
  expect(keysCommand(args, {})).toEqual({
    ...common,
    key: { file: '/key', create: false },
    ...{ method: 'keys.rotate', params: { purpose: 'audit', reason: 'due' } },
  });
  const next = ['rotate', '/data', '--purpose', 'master', '--to', 'next'];
  expect(keysCommand(next, {}).params).toEqual({
    purpose: 'master',
    to: { file: `${process.cwd()}/next`, create: true },
  });
  expect(keysCommand(['export-public', '/data'], {}).method).toBe('keys.exportPublic');
});

it('a command of keys that makes no sense is refused by name', () => {
  expect([
    refusalOf(),
    refusalOf('burn', '/data'),
    refusalOf('list'),
    refusalOf('list', '/a', '/b'),
    refusalOf('rotate', '/data'),
    refusalOf('rotate', '/data', '--purpose', 'head'),
    refusalOf('rotate', '/data', '--purpose', 'master'),
    refusalOf('revoke', '/data', '--purpose', 'audit'),
  ]).toEqual([
    'no command of keys',
    'there is no command keys burn',
    'no DATADIR',
    'one DATADIR at a time, got /b too',
    expect.stringContaining('keys.rotate.purpose must be one of identity, session, audit'),
    expect.stringContaining('keys.rotate.purpose must be one of identity, session, audit'),
    'a master key takes --to FILE',
    expect.stringContaining('keys.revoke.purpose must be one of identity'),
  ]);
  expect(refusalOf('list', '/data', '--reason', 'x')).toMatch(/--reason/);
  expect(refusalOf('revoke', '/data', '--purpose', 'identity', '--to', 'x')).toMatch(/--to/);
});
