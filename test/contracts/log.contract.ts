import { describe, expect, it } from 'vitest';
import type { Log, LogFields } from '../../actors/world.ts';

export interface LogStage {
  readonly log: Log;
  /** What was kept of warnings and errors: level, message, and the fields as JSON has them. */
  told(): readonly (readonly [level: string, message: string, fields: LogFields])[];
}

const cyclic: Record<string, unknown> = { name: 'cyclic' };
cyclic.self = cyclic;

const throwing = (): never => {
  throw new Error('must not get out');
};

const looped = new Error('looped');
looped.cause = looped;

const hazards: Readonly<Record<string, LogFields>> = {
  'a cycle': { cyclic },
  'fields that are a cycle': cyclic,
  'an error that is its own cause': { error: looped },
  'a toJSON that throws': { value: { toJSON: throwing } },
  'fields whose toJSON throws': { toJSON: throwing },
  'a getter that throws': {
    value: Object.defineProperty({}, 'x', { enumerable: true, get: throwing }),
  },
  'fields with a getter that throws': {
    get value(): unknown {
      return throwing();
    },
  },
  'a proxy that throws': { value: new Proxy({}, { get: throwing, ownKeys: throwing }) },
  'a bigint': { value: 2n ** 80n },
  'what JSON has no word for': { value: undefined, f: () => {}, symbol: Symbol('s'), nan: NaN },
};

/** What every log promises. */
export function logContract(name: string, begin: () => LogStage): void {
  describe(name, () => {
    it('keeps warnings and errors, in order, with their fields', () => {
      const { log, told } = begin();
      log.warn({ peer: 'a', count: 2 }, 'slow');
      log.error({}, 'gone');
      log.warn({ path: ['x', { y: null }] }, '');
      expect(told()).toEqual([
        ['warn', 'slow', { peer: 'a', count: 2 }],
        ['error', 'gone', {}],
        ['warn', '', { path: ['x', { y: null }] }],
      ]);
    });

    it.each(Object.entries(hazards))(
      'never throws at %s, and tells that and the next',
      (_, bad) => {
        const { log, told } = begin();
        for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](bad, 'bad');
        log.error({ count: 1 }, 'next');
        expect(told().map(([level, message]) => [level, message])).toEqual([
          ['warn', 'bad'],
          ['error', 'bad'],
          ['error', 'next'],
        ]);
      },
    );
  });
}
