import { z } from 'zod';
import { canonicalAddress } from '../../actors/peer/address.ts';
import { isolations } from '../../machines/isolation.ts';
import { NONSENSE, number, oneOf, wholeNumber } from './number.ts';

/** Milliseconds of a run: four hundred days. */
export const HORIZON_MS_MAX = 34_560_000_000;
/** Where fast-check draws a scenario; of a search, its run, counted from 0. */
export const RUN_PATH = /^\d{1,9}(:\d{1,9})*$/;
/** Of one scenario. */
export const FAULTS_MAX = 10_000;

const time = number(0, HORIZON_MS_MAX);
const nth = wholeNumber(1, 2 ** 31 - 1);
const place = wholeNumber(0, 2 ** 31 - 1);
const nameExpected = 'must be a string of 1 to 200 characters';
const name = z.string({ error: nameExpected }).min(1, nameExpected).max(200, nameExpected);
const during = { atMs: time, forMs: time };

const kind = <const Kind extends string, Fields extends z.ZodRawShape>(
  which: Kind,
  fields: Fields,
) => z.strictObject({ kind: z.literal(which), ...fields });

const kinds = [
  kind('disk.slow', { ...during, latencyMs: time }),
  kind('disk.hang', during),
  kind('disk.full', during),
  kind('disk.readOnly', during),
  kind('disk.fail', during),
  kind('disk.flaky', { ...during, perMille: number(0, 1_000) }),
  kind('disk.failAtWrite', { nth }),
  kind('disk.vanish', { atMs: time }),
  kind('disk.rot', { atMs: time, file: place, offset: place }),
  kind('disk.torn', { nth }),
  kind('disk.unsynced', during),
  kind('process.crash', { atMs: time, downMs: time }),
  kind('process.crashAtWrite', { nth, downMs: time }),
  kind('clock.jump', { atMs: time, byMs: number(-HORIZON_MS_MAX, HORIZON_MS_MAX) }),
  kind('clock.pause', during),
  kind('clock.skew', { ...during, perMille: number(-999, 10_000) }),
  kind('network.partition', { ...during, sides: place }),
  kind('network.bar', { ...during, from: place, to: place }),
  kind('network.cut', { atMs: time, one: place, other: place }),
  kind('network.weather', {
    ...{ ...during, latencyMs: time },
    ...{ lostPerMille: number(0, 1_000), cutPerMille: number(0, 1_000) },
  }),
  kind('network.tamper', { ...during, perMille: number(0, 1_000) }),
  kind('machine.kill', { atMs: time, downMs: time, machine: place }),
  kind('machine.powerOff', { atMs: time, downMs: time, machine: place }),
  kind('vm.absent', { ...during, isolation: oneOf(isolations) }),
  kind('vm.barren', { ...during, isolation: oneOf(isolations) }),
  kind('vm.hang', { ...during, isolation: oneOf(isolations) }),
  kind('vm.slow', { ...during, isolation: oneOf(isolations), latencyMs: time }),
  kind('vm.lie', { ...during, isolation: oneOf(isolations) }),
  kind('vm.die', { atMs: time, isolation: oneOf(isolations) }),
  kind('site', { site: name, nth }),
] as const;

const names = kinds.map(({ shape }) => shape.kind.value);

const fault = z.discriminatedUnion('kind', kinds, {
  error: ({ code }): string =>
    String(code) === 'invalid_type' ? 'must be an object' : `must be one of ${names.join(', ')}`,
});

const faultList = z
  .array(fault, { error: 'must be an array' })
  .max(FAULTS_MAX, `must have at most ${FAULTS_MAX} faults`);

const run = {
  seed: wholeNumber(-(2 ** 53 - 1), 2 ** 53 - 1),
  faults: faultList,
  horizonMs: number(1, HORIZON_MS_MAX),
  sites: oneOf(['drawn', 'listed']).optional(),
};

const method = z.custom<unknown>((given) => typeof given === 'function', 'must be a function');
const arbitrary = z.custom<unknown>(
  (given) => typeof Object(given).generate === 'function',
  'must be an arbitrary of fast-check',
);

/** Of a search for a failure. What it draws from is checked by whoever draws. */
export const searchOptions = z.strictObject(
  {
    horizonMs: wholeNumber(1, HORIZON_MS_MAX),
    faults: z
      .array(z.string({ error: 'must be a kind' }), { error: 'must be an array' })
      .optional(),
    faultsMax: wholeNumber(0, FAULTS_MAX).optional(),
    sites: z.array(name, { error: 'must be an array' }).optional(),
    workload: arbitrary.optional(),
    runs: wholeNumber(1, 1_000_000_000).optional(),
    seed: wholeNumber(-(2 ** 31), 2 ** 31 - 1).optional(),
    path: z.string().regex(RUN_PATH, 'must be as it was told, like 41').optional(),
    shrinkRunsMax: wholeNumber(0, 1_000_000).optional(),
    onRun: method.optional(),
  },
  { error: 'must be an object' },
);

const invariant = z
  .strictObject(
    {
      name,
      always: method.optional(),
      eventually: method.optional(),
      withinMs: time.optional(),
    },
    { error: 'must be an object' },
  )
  .refine(({ always, eventually }) => (always ?? eventually) !== undefined, {
    error: 'must have always or eventually',
  });

/** What a run says of itself, if nobody's invariant does. */
const ofTheRun = ['outside', 'stalled', 'standstill', 'start', 'uncaught', 'workload'];

const invariants = z.array(invariant, { error: 'must be an array' }).superRefine((all, context) => {
  for (const [index, { name }] of all.entries()) {
    const isFirst = all.findIndex((other) => other.name === name) === index;
    if (isFirst && !ofTheRun.includes(name)) continue;
    const message = isFirst
      ? `must be none of ${ofTheRun.join(', ')}, which a run violates itself`
      : 'must be that of no other invariant';
    context.addIssue({ code: 'custom', path: [index, 'name'], message, params: NONSENSE });
  }
});

/** Of the machine that a run is about, if it has neighbours. */
export const OWN_ADDRESS = '10.0.0.1';
const MACHINES_MAX = 10_000;

const address = z
  .string()
  .refine((given) => canonicalAddress(given) === given && given !== OWN_ADDRESS, {
    error: `must be a canonical address other than ${OWN_ADDRESS}`,
  });

const machines = z
  .record(address, method, { error: 'must be an object' })
  .refine((given) => Object.keys(given).length < MACHINES_MAX, {
    error: `must have fewer than ${MACHINES_MAX} machines`,
  });

const play = {
  start: method,
  machines: machines.optional(),
  workload: method.optional(),
  invariants: invariants.optional(),
};

/** What a scenario is played with. */
export const playOptions = z.strictObject(play, { error: 'must be an object' });

/** What a run follows from, and what runs in it. */
export const runOptions = z.strictObject(
  { ...run, faults: faultList.optional(), ...play },
  { error: 'must be an object' },
);

export const scenario = z.strictObject(
  {
    v: z.unknown().refine((v) => v === 1, {
      error: 'must be 1, the only version there is',
      params: NONSENSE,
    }),
    ...run,
    workload: z.unknown().optional(),
  },
  { error: 'must be an object' },
);
