import type { Fact } from 'holdfast';
import { expect, it } from 'vitest';
import { sentenceOf } from '../../examples/orders/sentence.mjs';

function said(type: string, data: Fact['data']) {
  const rest = { specversion: '1.0', source: 'a', id: type, time: '' } as const;
  return sentenceOf({ ...rest, type, subject: 'archive', data });
}

const full = { code: 'NO_SPACE', because: 'store /a/b-c/01: IO: /a/b-c/01/3.log: no\nspace' };
const measured = { loopDelayMs: 612.4, cpuRatio: 0.214 };

it.each<[string, Fact['data'], unknown]>([
  [
    'audit.append.failed',
    full,
    {
      tone: 'fail',
      text: 'a record cannot be written: NO_SPACE: store …/01: IO: …/3.log: no space',
    },
  ],
  [
    'audit.spool.failed',
    { because: 'EIO' },
    { tone: 'fail', text: 'nor can it be kept aside: EIO' },
  ],
  ['audit.space.low', {}, { tone: 'fail', text: 'little room is left on the disk' }],
  [
    'audit.moved',
    { from: 'readWrite', to: 'spooling' },
    { tone: 'move', text: 'readWrite → spooling: records are kept aside' },
  ],
  [
    'audit.moved',
    { from: 'readOnly', to: 'spooling' },
    { tone: 'move', text: 'readOnly → spooling: what was kept aside is put back' },
  ],
  [
    'audit.gap',
    { lost: 9 },
    { tone: 'decide', text: 'puts on record that 9 facts about itself could not be kept' },
  ],
  [
    'load.moved',
    { from: 'normal', to: 'pressured', ...measured },
    {
      tone: 'move',
      text:
        'normal → pressured: strangers have to work first ' + '(event loop 612 ms late, CPU 21 %)',
    },
  ],
])('a mode that moves says what that means: %s of %o', (type, data, sentence) => {
  expect(said(type, data)).toEqual({ subject: 'archive', ...Object(sentence) });
});

it('a log that is closed at the end has nothing to say', () => {
  expect(said('audit.moved', { from: 'readWrite', to: 'closed' })).toBeUndefined();
});
