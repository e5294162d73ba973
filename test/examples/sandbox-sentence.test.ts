import type { Fact } from 'holdfast';
import { expect, it } from 'vitest';
import { sentenceOf } from '../../examples/orders/sentence.mjs';

function fact(type: string, subject: string, data: Fact['data']): Fact {
  const time = '2026-01-01T00:00:00.000Z';
  return { specversion: '1.0', id: type, source: 'a', type, subject, time, data };
}

it.each<[string, Fact, unknown]>([
  [
    'a level that is proved says what keeps code in',
    fact('isolation.proved', 'process', { engine: 'node 24.1.0', digests: [] }),
    { tone: 'back', subject: 'process', text: 'is proved to keep code in, by node 24.1.0' },
  ],
  [
    'one that is lost says why, and what helps',
    fact('isolation.lost', 'process', { unavailable: 'no\nbwrap', fix: 'apt-get install it' }),
    {
      tone: 'fail',
      subject: 'process',
      text: 'cannot be had: no bwrap; what helps: apt-get install it',
    },
  ],
  [
    'where nothing is known to help, nothing is said of it',
    fact('isolation.lost', 'isolate', { unavailable: 'it is late' }),
    { tone: 'fail', subject: 'isolate', text: 'cannot be had: it is late' },
  ],
  [
    'a move names both levels',
    fact('isolation.moved', 'isolation', { from: 'process', to: 'isolate' }),
    {
      tone: 'move',
      subject: 'isolation',
      text: 'process → isolate: the strongest level that can be had',
    },
  ],
  [
    'a sandbox that is ended says what for',
    fact('vm.died', 'process', { because: 'VM_MEMORY', detail: '', calls: 1 }),
    { tone: 'fail', subject: 'process', text: 'a sandbox is ended: it took too much memory' },
  ],
  [
    'a reason without words of ours is told as it is',
    fact('vm.died', 'isolate', { because: 'VM_PROTOCOL', detail: '', calls: 1 }),
    { tone: 'fail', subject: 'isolate', text: 'a sandbox is ended: VM_PROTOCOL' },
  ],
])('%s', (_title, told, sentence) => {
  expect(sentenceOf(told)).toEqual(sentence);
});
