import { expect, it } from 'vitest';
import { newestOf, wordsOf } from '../../../../runtime/inspector/page/happened.ts';
import type { Happened } from '../../../../runtime/inspector/page/history.ts';
import { doorChart } from './steps.ts';

const lines: readonly Happened[] = [
  { line: ['event', 1, -1, 1, 'door.push', 1], path: 'door' },
  { line: ['move', 2, 1, [2], [[0, 1]]], path: 'door', chart: doorChart },
  { line: ['event', 3, 1, 2, 'bell.ring', 3], path: 'bell', from: 'door' },
  { line: ['fact', 4, { id: '1', type: 'actor.failed', subject: 'bell', data: {} }], path: 'bell' },
  { line: ['fact', 5, { id: '2', type: 'actor.failed', subject: 'door', data: {} }], path: 'door' },
];

const told = (untilMs: number, max: number) =>
  newestOf(lines, 'door', untilMs, max).map((happened) => wordsOf(happened, 'door'));

it('tells what an actor did and what was done to it, newest first', () => {
  expect(told(9, 9)).toEqual(['actor.failed', 'told bell: bell.ring ×3', '→ open', 'door.push']);
});

it('tells of a moment what was then, and no more than is asked for', () => {
  expect(told(3, 2)).toEqual(['told bell: bell.ring ×3', '→ open']);
});

it('has words for all that a trace tells', () => {
  const others: readonly Happened['line'][] = [
    ['log', 1, 'warn', 'slow', {}],
    ['note', 1, 'begun', {}],
    ['fault', 1, { kind: 'disk.full' }],
    ['violation', 1, 'one leader', 'two'],
  ];
  const words = others.map((line) => wordsOf({ line, path: '' }, ''));
  expect(words).toEqual(['slow', 'begun', 'fault disk.full', 'violated: one leader']);
});
