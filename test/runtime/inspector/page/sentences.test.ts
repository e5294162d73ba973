import { describe, expect, it } from 'vitest';
import {
  counted,
  duration,
  errorText,
  modeSteps,
  sentenceOf,
  toneOfMode,
} from '../../../../runtime/inspector/page/sentences.ts';

const say = (type: string, data = {}) => {
  const { tone, text } = sentenceOf({ type, data });
  return `${tone}: ${text}`;
};

describe('what a fact says', () => {
  it('is plain words of a restart, from the failure to the return', () => {
    const error = { name: 'Error', message: 'out of fingers' };
    const decided = { because: 'it failed', delayMs: 183, windowMs: 60_000 };
    const restart = { decision: 'restart', restartsInWindow: 2, restartsMax: 5 };
    expect([
      say('actor.failed', { error }),
      say('supervisor.decided', { ...decided, ...restart }),
      say('supervisor.decided', { ...decided, decision: 'restart', delayMs: 0 }),
      say('supervisor.decided', { ...decided, decision: 'remove' }),
      say('supervisor.decided', { ...decided, decision: 'escalate' }),
      say('actor.restarted', { incarnation: 3 }),
      say('actor.quarantined', { event: 'crash', attempts: 1 }),
    ]).toEqual([
      'bad: fails: Error: out of fingers',
      'turn: is restarted in 183 ms: restart 2 of 5 in 1 min',
      'turn: is restarted at once: it failed',
      'turn: is not started again: it failed',
      'bad: is given up by its supervisor: it failed',
      'good: is back: its 3rd life',
      'turn: will not be told "crash" again: it failed on it 1 time',
    ]);
  });

  it('is plain words of a breaker', () => {
    const window = { openForMs: 1612, openings: 1, calls: 8, failures: 3, slow: 1 };
    const error = { name: 'HoldfastError', code: 'CALL_TIMEOUT', message: 'no answer' };
    expect([
      say('breaker.opened', window),
      say('breaker.opened', { ...window, openings: 2, error }),
      say('breaker.probing', { refused: 4 }),
      say('breaker.closed', { refused: 1 }),
      say('breaker.isolated', { by: 'ada', reason: 'a migration' }),
      say('breaker.released'),
    ]).toEqual([
      'bad: refuses all calls for 1.6 s: of 8 calls, 3 failed and 1 were slow',
      'bad: refuses all calls for 1.6 s: the call that tried it failed again, ' +
        'the last with CALL_TIMEOUT: no answer',
      'turn: lets one call try, after 4 refused calls',
      'good: lets calls through again, after 1 refused call',
      'bad: is held open by ada: a migration',
      'good: is not held open any more',
    ]);
  });

  it('says whether a mode is a worse one, and what is promised in it', () => {
    expect([
      say('audit.moved', { from: 'readWrite', to: 'readOnly' }),
      say('load.moved', { from: 'shedding', to: 'pressured' }),
      say('route.moved', { from: 'mesh', to: 'isolated' }),
      say('isolation.moved', { from: 'refusing', to: 'isolate' }),
      say('mode.moved', { from: 'open', to: 'closed', because: 'night' }),
    ]).toEqual([
      'bad: goes from readWrite to readOnly: work with effects is refused, reads are served',
      'good: goes from shedding to pressured: strangers have to work first',
      'bad: goes from mesh to isolated: nobody is reached, and what is asked waits',
      'good: goes from refusing to isolate: code of others runs in an interpreter',
      'turn: goes from open to closed: night',
    ]);
  });

  it('is its type, if that is not known', () => {
    expect([say('order.placed'), say('order.failed'), say('toString')]).toEqual([
      ...['plain: order.placed', 'bad: order.failed', 'plain: toString'],
    ]);
  });

  it('needs no field to be there', () => {
    const types = ['actor.failed', 'breaker.opened', 'audit.moved', 'peer.banned', 'vm.died'];
    expect(types.map((type) => say(type)).filter((text) => /undefined|NaN/.test(text))).toEqual([]);
  });
});

describe('words for', () => {
  it('durations', () => {
    const ms = [0, 999.4, 1000, 12_345, 90_000, 7_200_000, 'x'];
    expect(ms.map(duration)).toEqual([
      ...['0 ms', '999 ms', '1 s', '12 s', '1.5 min', '2 h', 'some time'],
    ]);
  });

  it('counts', () => {
    expect([counted(1, 'call'), counted(2, 'call'), counted(0, 'entry', 'entries')]).toEqual([
      ...['1 call', '2 calls', '0 entries'],
    ]);
  });

  it('errors, by their codes if they have any', () => {
    const errors = [{ name: 'E', message: 'm' }, { code: 'C', name: 'E', message: 'm' }, {}, 'm'];
    expect(errors.map(errorText)).toEqual(['E: m', 'C: m', '{}', 'm']);
  });
});

it('of the modes of a chart the best is good, the worst is bad, and others are between', () => {
  const tones = Object.entries(modeSteps).map(([of, steps]) => [
    of,
    Object.keys(steps).map((mode) => toneOfMode(of, mode)),
  ]);
  expect(Object.fromEntries(tones)).toEqual({
    audit: ['good', 'warn', 'warn', 'bad'],
    load: ['good', 'warn', 'bad'],
    route: ['good', 'warn', 'bad'],
    isolation: ['good', 'warn', 'warn', 'bad'],
  });
  expect(toneOfMode('audit', 'unheardOf')).toBe('warn');
});
