import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fromCallback, fromPromise, log, setup } from 'xstate';
import { describeError } from '../../runtime/errors.ts';
import { maskSecrets } from '../../runtime/masking.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import fc from '../fast-check.ts';
import { stage } from '../runtime/kernel/stage.ts';
import { strayErrors } from '../runtime/process-errors.ts';
import { seedsFor } from '../seeds.ts';
import { type Planted, sentence } from './secret-shapes.ts';

const PLACES = [
  ...['message', 'cause', 'stack', 'extra', 'code', 'name', 'thrown', 'event', 'payload', 'input'],
  ...['logged', 'reason', 'by', 'restart', 'rejected', 'late', 'subscriber', 'option', 'key'],
  ...['result', 'classifier', 'header'],
] as const;

type Texts = Readonly<Record<(typeof PLACES)[number], string>>;

const planting = fc.tuple(...PLACES.map(() => sentence)).map((planted) => ({
  markers: planted.flatMap(({ markers }) => markers),
  texts: Object.fromEntries(PLACES.map((place, index) => [place, planted[index]?.text])) as Texts,
}));

function laden(texts: Texts): Error {
  const error = new Error(texts.message, { cause: new Error(texts.cause) });
  const extra = { extra: texts.extra, headers: { authorization: texts.header } };
  return Object.assign(error, { code: texts.code, name: texts.name, stack: texts.stack }, extra);
}

const hostile = (texts: Texts) =>
  setup({
    types: { events: {} as { type: string }, input: {} as unknown },
    actions: {
      say: log(() => [texts.logged, { password: texts.logged, note: texts.logged }]),
      fail: () => {
        throw laden(texts);
      },
    },
  }).createMachine({
    context: ({ input }) => ({ input }),
    entry: 'say',
    on: { known: {}, '*': { actions: 'fail' } },
  });

/** Does all that can make a runtime talk; gives back what callers were told. */
async function provoke(runtime: Runtime, texts: Texts): Promise<unknown[]> {
  const told: unknown[] = [];
  const hear = (error: unknown): void => {
    told.push(error);
  };
  const pool = runtime.supervisor('pool', { restartsMax: 1 });
  const options = { input: { token: texts.input, note: texts.input }, mailbox: { attemptsMax: 1 } };
  const actor = pool.start('a', hostile(texts), options);
  actor.tell({ type: texts.event, ...{ payload: texts.payload } });
  actor.restart(texts.restart);
  const rejecting = fromPromise(() => Promise.reject(new Error(texts.rejected)));
  const throwing = fromCallback(() => {
    throw texts.thrown;
  });
  const late = fromCallback(() => void Promise.reject(laden({ ...texts, message: texts.late })));
  pool.start('b', rejecting, { restart: 'temporary' });
  pool.start('c', throwing, { restart: 'temporary' });
  pool.start('d', late, { restart: 'temporary' });
  const calls = [
    runtime.protect('thrown', () => Promise.reject(laden(texts)), {}),
    runtime.protect('result', async () => texts.result, { classify: () => 'failure' }),
    runtime.protect('judged', async () => 1, {
      classify: () => {
        throw new Error(texts.classifier);
      },
    }),
  ];
  for (const call of calls) for (let n = 0; n < 30; n++) await call().catch(hear);
  const { reason, by } = texts;
  runtime.breaker('isolated').isolate(reason, { by: by.slice(0, 100) });
  for (const wrong of [{ strategy: texts.option }, { [texts.key]: 1 }]) {
    try {
      runtime.supervisor('wrong', wrong as object);
    } catch (error) {
      hear(error);
    }
  }
  await createRuntime({ name: texts.option }).catch(hear);
  return told;
}

/** Made here, of what the caller passed. */
const isMistake = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError;

const stray = strayErrors();

async function run(texts: Texts) {
  const { runtime, world, facts, clock } = await stage();
  runtime.events$.subscribe(() => {
    throw laden({ ...texts, message: texts.subscriber });
  });
  const provoked = provoke(runtime, texts);
  await clock.advanceAsync(100);
  const errors = await provoked;
  await clock.advanceAsync(10_000);
  const looks = inspect([runtime, runtime.find('pool/a'), runtime.breaker('isolated')]);
  const over = runtime.shutdown();
  await clock.advanceAsync(60_000);
  await over;
  return { facts, lines: world.log.lines, errors, looks };
}

const wanted = [
  ...['actor.failed', 'actor.quarantined', 'breaker.isolated', 'breaker.opened'],
  ...['subscriber.failed', 'supervisor.decided'],
];

describe('secrets that are planted wherever a runtime looks', () => {
  it.each(seedsFor({ ci: 4, full: 8 }))('come out nowhere, from seed %i', async (seed) => {
    const property = fc.asyncProperty(planting, async ({ texts, markers }) => {
      const { facts, lines, errors, looks } = await run(texts);
      const views = {
        facts: JSON.stringify(facts) + inspect(facts, { depth: 9 }),
        lines: JSON.stringify(lines) + inspect(lines, { depth: 9 }),
        described: JSON.stringify(errors.map(describeError)),
        refused: errors.filter(isMistake).map(String).join('\n'),
        looks,
      };
      const out = Object.entries(views).flatMap(([view, text]) =>
        markers.filter((marker) => text.includes(marker)).map((marker) => `${view}: ${marker}`),
      );
      expect(out).toEqual([]);
      const types = new Set(facts.map(({ type }) => type));
      expect(wanted.filter((type) => !types.has(type))).toEqual([]);
      expect(lines.map(({ message }) => message)).toContain('an actor failed');
      expect(JSON.stringify(facts)).not.toContain('[redacted');
      expect(stray).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns: 5, endOnFailure: true });
  });

  it.each(seedsFor({ ci: 4, full: 8 }))('do not stay in any text, from seed %i', (seed) => {
    const isGone = ({ text, markers }: Planted): boolean => {
      const masked = maskSecrets(text);
      return markers.every((marker) => !masked.includes(marker));
    };
    fc.assert(
      fc.property(sentence, (planted) => isGone(planted)),
      { seed, numRuns: 500 },
    );
  });
});
