import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../actors/load.actor.ts';
import { auditOptions } from '../../../runtime/options/audit.ts';
import { networkOptions } from '../../../runtime/options/network.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { createRuntime } from '../../../runtime/runtime.ts';

const aName = 'createRuntime.name must be a string of 1 to 64 letters, digits, dots, dashes';

describe('the options of a runtime', () => {
  it('have defaults', () => {
    expect(readOptions(runtimeOptions, 'createRuntime', {})).toEqual({
      name: 'holdfast',
      diagnostics: { host: '127.0.0.1' },
      keys: { identityMs: 2_592_000_000, archiveMs: 7_776_000_000, overlapMs: 604_800_000 },
      limits: {
        actorsMax: 1_000_000,
        deadLettersMax: 1_000,
        breakersMax: 10_000,
        restartsBurst: 100,
        restartsPerSecond: 50,
        peersMax: 1_000,
        identitiesMax: 1_000_000,
        peerBytesPerSecond: 4_194_304,
        peerBytesBurst: 16_777_216,
        requestsPerSecond: 1_000,
        sandboxesMax: 64,
        requestsBurst: 10_000,
      },
      timeouts: {
        askMs: 30_000,
        shutdownMs: 25_000,
        keyProviderMs: 30_000,
        connectMs: 30_000,
        handshakeMs: 10_000,
        requestMs: 30_000,
        idleMs: 60_000,
        pingMs: 30_000,
        provisionMs: 30_000,
        drainMs: 10_000,
      },
      network: readOptions(networkOptions, 'network', {}),
      load: loadSettings,
      trust: { earnedMax: 70 },
      vm: { warmMax: 1 },
      audit: readOptions(auditOptions, 'audit', {}),
      signals: [],
    });
  });

  it.each([
    [null, 'TypeError: createRuntime must be an object, got null'],
    [8080, 'TypeError: createRuntime must be an object, got 8080'],
    [{ port: 8080 }, 'TypeError: createRuntime.port is not an option'],
    [{ name: 7 }, `TypeError: ${aName}, got 7`],
    [{ name: '' }, `RangeError: ${aName}, got ""`],
    [{ name: 'two words' }, `RangeError: ${aName}, got "two words"`],
    [{ limits: 7 }, 'TypeError: createRuntime.limits must be an object, got 7'],
    [
      { limits: { actorsMax: 0 } },
      'RangeError: createRuntime.limits.actorsMax must be a whole number from 1 to 10000000, got 0',
    ],
    [
      { limits: { deadLettersMax: -1 } },
      'RangeError: createRuntime.limits.deadLettersMax must be a whole number ' +
        'from 0 to 1000000, got -1',
    ],
    [
      { limits: { breakersMax: 0 } },
      'RangeError: createRuntime.limits.breakersMax must be a whole number from 1 to 1000000, ' +
        'got 0',
    ],
    [
      { limits: { breakersMax: Number.NaN } },
      'RangeError: createRuntime.limits.breakersMax must be a whole number ' +
        'from 1 to 1000000, got NaN',
    ],
    [
      { limits: { restartsPerSecond: 0 } },
      'RangeError: createRuntime.limits.restartsPerSecond must be a number ' +
        'from 0.001 to 1000000, got 0',
    ],
    [
      { limits: { restartsBurst: Number.NaN } },
      'RangeError: createRuntime.limits.restartsBurst must be a whole number ' +
        'from 1 to 1000000, got NaN',
    ],
    [{ limits: { lambdasMax: 1 } }, 'TypeError: createRuntime.limits.lambdasMax is not an option'],
    [
      { timeouts: { askMs: 0 } },
      'RangeError: createRuntime.timeouts.askMs must be a number from 1 to 3600000, got 0',
    ],
    [
      { timeouts: { shutdownMs: '5s' } },
      'TypeError: createRuntime.timeouts.shutdownMs must be a number from 0 to 3600000, got "5s"',
    ],
    [
      { signals: 'SIGTERM' },
      'TypeError: createRuntime.signals must be an array of signal names, got "SIGTERM"',
    ],
    [
      { signals: ['SIGTERM', 'SIGKILL'] },
      'RangeError: createRuntime.signals.1 must be one of SIGTERM, SIGINT, SIGHUP, got "SIGKILL"',
    ],
    [
      { world: 'real' },
      'TypeError: createRuntime.world must be a world: clock, random, log, containment, signals, ' +
        'files, kv, sockets, network, names, http, meter, vm, got "real"',
    ],
    [
      { masterKey: 'hunter2' },
      'TypeError: createRuntime.masterKey must be { file, create? }, { env }, ' +
        '{ passphrase } (12 to 1024 characters) or { provider }',
    ],
  ])('are refused if they are %o', async (given, refused) => {
    const create = createRuntime as (options: unknown) => Promise<unknown>;
    expect(await create(given).catch(String)).toBe(refused);
  });
});
