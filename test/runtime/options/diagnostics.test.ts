import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { checkReach, diagnostics, fetchOptions } from '../../../runtime/options/diagnostics.ts';
import { readOptions } from '../../../runtime/options/read.ts';

const token = 'correct.horse.battery';
const read = (given: unknown) => readOptions(diagnostics, 'createRuntime.diagnostics', given);

it('diagnostics are not served, until there is a port; and then on loopback', () => {
  expect(read({})).toEqual({ host: '127.0.0.1' });
  expect(read({ port: 0, host: '::' })).toEqual({ port: 0, host: '::' });
});

it('a token is kept as a hash, which nothing prints', () => {
  const options = read({ token });
  expect(`${inspect(options)} ${JSON.stringify(options)}`).not.toContain('horse');
});

it('a bad option is named, and a token without its value', () => {
  const refused = ['short', `${token} `, 'ä'.repeat(20), 'x'.repeat(513), 7].map((bad) => {
    try {
      return read({ token: bad });
    } catch (error) {
      return String(error);
    }
  });
  const why = 'must be a string of 16 to 512 letters, digits and any of -._~+/=';
  expect(refused.map((said) => String(said).replace(/^\w+: /, ''))).toEqual(
    Array.from({ length: 5 }, () => `createRuntime.diagnostics.token ${why}`),
  );
  expect(() => read({ host: 'localhost' })).toThrow(
    'diagnostics.host must be an address of this machine, as 127.0.0.1 or ::, got "localhost"',
  );
  expect(() => read({ port: 65_536 })).toThrow(RangeError);
});

it('a place that others reach is refused without a token', () => {
  const reach = (given: unknown) => () => checkReach(read(given));
  for (const host of ['0.0.0.0', '::', '10.1.2.3', '::ffff:10.0.0.1']) {
    expect(reach({ port: 0, host })).toThrow(
      new RangeError(`createRuntime.diagnostics.token must be given too: others may reach ${host}`),
    );
    expect(reach({ port: 0, host, token })).not.toThrow();
    expect(reach({ host })).not.toThrow();
  }
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
    expect(reach({ port: 0, host })).not.toThrow();
  }
});

it('of a request it may be told where it comes from', () => {
  expect(readOptions(fetchOptions, 'fetch', { remoteAddress: undefined })).toEqual({});
  expect(() => readOptions(fetchOptions, 'fetch', { remoteAddress: 7 })).toThrow(
    'fetch.remoteAddress must be a string, got 7',
  );
});
