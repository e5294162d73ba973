import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import {
  connectOptions,
  handleOptions,
  listenOptions,
  methodName,
  requestOptions,
} from '../../../runtime/options/peer.ts';
import { readOptions } from '../../../runtime/options/read.ts';

const id = peerIdOf(new Uint8Array(32).fill(1));

describe('the options of peers', () => {
  it('have defaults', () => {
    expect([
      readOptions(handleOptions, 'handle', {}),
      readOptions(listenOptions, 'listen', {}),
      readOptions(connectOptions, 'connect', {}),
    ]).toEqual([{ level: 'verified', effect: 'write' }, { host: '127.0.0.1', port: 0 }, {}]);
    expect(readOptions(connectOptions, 'connect', { identity: id })).toEqual({ identity: id });
    expect(readOptions(connectOptions, 'connect', { identity: 'any' })).toEqual({
      identity: 'any',
    });
  });

  it.each([
    [methodName, 'name', '', 'name must be a string of 1 to 128 bytes'],
    [methodName, 'name', 'holdfast.relay', 'name must be a string of 1 to 128 bytes'],
    [methodName, 'name', 'ä'.repeat(65), 'name must be a string of 1 to 128 bytes'],
    [handleOptions, 'handle', { level: 'untrusted' }, 'handle.level must be one of basic'],
    [
      handleOptions,
      'handle',
      { input: { '~standard': { validate: 1 } } },
      'handle.input must be a',
    ],
    [handleOptions, 'handle', { input: {} }, 'handle.input must be a schema of Standard Schema v1'],
    [listenOptions, 'listen', { host: '' }, 'listen.host must be an address of this machine'],
    [listenOptions, 'listen', { port: 65_536 }, 'listen.port must be a whole number from 0'],
    [connectOptions, 'connect', { identity: 'bob' }, 'connect.identity must be a peer id'],
    [
      requestOptions,
      'request',
      { timeoutMs: 0 },
      'request.timeoutMs must be a whole number from 1',
    ],
    [requestOptions, 'request', { signal: 1 }, 'request.signal must be an AbortSignal'],
  ])('are refused by name %#', (schema, subject, given, message) => {
    expect(() => readOptions(schema, subject, given)).toThrow(message);
  });
});
