import { z } from 'zod';
import type { World } from '../../actors/world.ts';
import type { InspectorPart } from '../inspected.ts';
import { auditOptions } from './audit.ts';
import { checkReach, diagnostics } from './diagnostics.ts';
import { keys } from './keys.ts';
import { load } from './load.ts';
import { masterKeyOptions } from './master-key.ts';
import { networkOptions } from './network.ts';
import { number, oneOf, wholeNumber } from './number.ts';
import { listenOptions } from './peer.ts';

const PORTS = [
  'clock',
  'random',
  'log',
  'containment',
  'signals',
  'files',
  'kv',
  'sockets',
  'network',
  'names',
  'http',
  'meter',
  'vm',
];

function isWorld(world: unknown): boolean {
  if (typeof world !== 'object' || world === null) return false;
  return PORTS.every((port) => typeof Reflect.get(world, port) === 'object');
}

const limits = z.strictObject(
  {
    actorsMax: wholeNumber(1, 10_000_000)
      .default(1_000_000)
      .describe('actors and supervisors of the whole runtime'),
    deadLettersMax: wholeNumber(0, 1_000_000)
      .default(1_000)
      .describe('newest dead letters that are kept'),
    breakersMax: wholeNumber(1, 1_000_000)
      .default(10_000)
      .describe('breakers; beyond, a closed one that nobody used of late is forgotten'),
    restartsBurst: wholeNumber(1, 1_000_000)
      .default(100)
      .describe('restarts the whole runtime may make at once; further ones wait'),
    restartsPerSecond: number(0.001, 1_000_000)
      .default(50)
      .describe('restarts per second the whole runtime may make in the long run'),
    peersMax: wholeNumber(1, 65_536)
      .default(1_000)
      .describe('peers that are connected; beyond, whoever speaks least for itself is let go'),
    identitiesMax: wholeNumber(1_000, 10_000_000)
      .default(1_000_000)
      .describe('identities whose trust is kept in memory, at 230 bytes each'),
    peerBytesPerSecond: wholeNumber(65_536, 1_073_741_824)
      .default(4_194_304)
      .describe('each way, for each peer, in the long run'),
    peerBytesBurst: wholeNumber(1_048_576, 1_073_741_824)
      .default(16_777_216)
      .describe('each way, for each peer, at once'),
    requestsPerSecond: wholeNumber(1, 1_000_000)
      .default(1_000)
      .describe('of each peer, in the long run; more are refused'),
    sandboxesMax: wholeNumber(1, 10_000)
      .default(64)
      .describe('sandboxes in use; a peer has a quarter at most, and peers leave the host one'),
    requestsBurst: wholeNumber(1, 1_000_000).default(10_000).describe('of each peer, at once'),
  },
  { error: 'must be an object' },
);

const timeouts = z.strictObject(
  {
    askMs: number(1, 3_600_000).default(30_000).describe('how long an ask waits for its answer'),
    shutdownMs: number(0, 3_600_000)
      .default(25_000)
      .describe('how long a shutdown may take before what is left is abandoned'),
    keyProviderMs: number(1, 600_000).default(30_000).describe('how long a key provider may take'),
    connectMs: number(1, 600_000).default(30_000).describe('of a dial, until it is connected'),
    handshakeMs: number(1, 60_000)
      .default(10_000)
      .describe('until a peer is upgraded, and again until it has proved who it is'),
    requestMs: wholeNumber(1, 3_600_000).default(30_000).describe('for the answer of a peer'),
    idleMs: number(20_000, 3_600_000)
      .default(60_000)
      .describe('a peer that is silent for so long is let go'),
    pingMs: number(10_000, 3_600_000)
      .default(30_000)
      .describe('how often a peer is asked whether it is there'),
    provisionMs: number(100, 600_000)
      .default(30_000)
      .describe('of a sandbox, or of the proof of a level, until it is there'),
    drainMs: number(1, 600_000)
      .default(10_000)
      .describe('for what is open with a peer to be answered, once it is to go'),
  },
  { error: 'must be an object' },
);

const PATH = 'must be a path of 1 to 4096 characters';

const vmOptions = z.strictObject(
  {
    imageDir: z
      .string({ error: PATH })
      .min(1, PATH)
      .max(4_096, PATH)
      .optional()
      .describe('what `holdfast vm build` made; without it there is no `microvm`'),
    warmMax: wholeNumber(0, 64)
      .default(1)
      .describe('guests of each level that wait for work, once the level is used'),
  },
  { error: 'must be an object' },
);

const trustOptions = z.strictObject(
  {
    earnedMax: number(50, 100)
      .default(70)
      .describe('what all good answers together can lift the trust in a peer to'),
  },
  { error: 'must be an object' },
);

export const runtimeOptions = z.strictObject(
  {
    name: z
      .string({ error: 'must be a string of 1 to 64 letters, digits, dots, dashes' })
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be a string of 1 to 64 letters, digits, dots, dashes')
      .default('holdfast')
      .describe('source of every fact'),
    dataDir: z
      .string({ error: PATH })
      .min(1, PATH)
      .max(4_096, PATH)
      .optional()
      .describe(
        'directory of the audit log and of saved state; without it both end with the process',
      ),
    masterKey: masterKeyOptions.optional(),
    audit: auditOptions.default(auditOptions.parse({})),
    network: networkOptions.default(networkOptions.parse({})),
    listen: listenOptions.optional(),
    diagnostics: diagnostics.default(diagnostics.parse({})),
    inspector: z
      .custom<InspectorPart>(
        (part) => typeof Object(part).attach === 'function',
        'must be what inspector() of holdfast/inspector gives',
      )
      .optional()
      .describe('of `holdfast/inspector`: shows every actor, chart and cause on a page of its own'),
    keys: keys.default(keys.parse({})),
    load: load.default(load.parse({})),
    trust: trustOptions.default(trustOptions.parse({})),
    vm: vmOptions.default(vmOptions.parse({})),
    limits: limits.default(limits.parse({})),
    timeouts: timeouts.default(timeouts.parse({})),
    signals: z
      .array(oneOf(['SIGTERM', 'SIGINT', 'SIGHUP']), { error: 'must be an array of signal names' })
      .default([])
      .describe('signals that shut the runtime down, then end the process as they would have'),
    world: z
      .custom<World>(
        isWorld,
        'must be a world: clock, random, log, containment, signals, files, kv, sockets, network, ' +
          'names, http, meter, vm',
      )
      .optional()
      .describe('clock, randomness, log, signals and disk; by default the real ones'),
  },
  { error: 'must be an object' },
);

export type RuntimeOptions = z.output<typeof runtimeOptions>;
export type RuntimeOptionsInput = z.input<typeof runtimeOptions>;

/**
 * @throws {RangeError} for a dataDir without a masterKey, or the other way round, and for
 * diagnostics that others reach without a token.
 */
export function checkTogether({ dataDir, masterKey, diagnostics }: RuntimeOptions): void {
  checkReach(diagnostics);
  if ((dataDir === undefined) === (masterKey === undefined)) return;
  const missing = dataDir === undefined ? 'dataDir' : 'masterKey';
  throw new RangeError(
    `createRuntime.${missing} must be given too: what is in a dataDir is sealed under a masterKey`,
  );
}
