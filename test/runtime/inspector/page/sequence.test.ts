import { describe, expect, it } from 'vitest';
import type { Happened } from '../../../../runtime/inspector/page/history.ts';
import {
  castIn,
  type Loop,
  type Scene,
  sequenceOf,
  talkedWith,
} from '../../../../runtime/inspector/page/sequence.ts';
import { event, fact, move, note } from './happened.ts';
import { opened, shopLines } from './opened-trace.ts';

const always = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

/** Scenes as short lines: `a > b: text`, `a: text`, `all: text`. */
function short(scene: Scene | Loop): string {
  if (scene.is === 'loop') return `${scene.times} times [${scene.scenes.map(short).join('; ')}]`;
  const times = scene.times > 1 ? ` ×${scene.times} until ${scene.lastMs}` : '';
  if (scene.is === 'note') return `${scene.atMs} ${scene.at ?? 'all'}: ${scene.text}${times}`;
  const handled = scene.handledMs === undefined ? '' : `→${scene.handledMs}`;
  const sign = scene.isCause ? '..>' : '>';
  const into = scene.into === undefined ? '' : `, into ${scene.into}`;
  const who = `${scene.from ?? 'outside'} ${sign} ${scene.to}`;
  return `${scene.atMs}${handled} ${who}: ${scene.text}${into}${times}`;
}

const drawn = (lines: readonly Happened[], cast: readonly string[], span = always) =>
  sequenceOf(lines, cast, span).scenes.map(short);

describe('a sequence among chosen actors', () => {
  it('has an arrow for each event, and none of those that are not chosen', () => {
    const lines = [
      event(1, 'a', 'b', 'ping'),
      event(2, 'c', 'b', 'noise'),
      event(3, 'b', 'c', 'noise'),
      event(4, undefined, 'a', 'go'),
    ];
    expect(drawn(lines, ['a', 'b'])).toEqual(['1 a > b: ping', '4 outside > a: go']);
  });

  it('joins sending and handling in one arrow, and says what became of the receiver', () => {
    const lines = [
      event(1, 'a', 'door', 'shut'),
      move(3, 'door', 'shut'),
      event(4, 'a', 'door', 'open'),
      event(4, 'a', 'door', 'knock'),
      move(5, 'door', 'open'),
      move(6, 'door', 'open'),
      move(7, 'door', 'shut'),
    ];
    expect(drawn(lines, ['a', 'door'])).toEqual([
      '1→3 a > door: shut, into shut',
      '4 a > door: open',
      '4 a > door: knock',
      '5 door: open',
      '7 door: shut',
    ]);
  });

  it('joins each of several that waited with its own handling, as a recording tells it', () => {
    const told = (atMs: number, type: string, handledMs: number): Happened => ({
      line: ['event', atMs, 0, 1, type, 1, handledMs],
      ...{ path: 'door', from: 'a' },
    });
    const lines = [
      told(1, 'shut', 3),
      told(1, 'open', 3),
      told(2, 'knock', 4),
      told(2, 'shut', 5),
      move(3, 'door', 'shut'),
      move(3, 'door', 'open'),
      move(5, 'door', 'shut'),
      told(6, 'open', 6),
      told(6, 'shut', 6),
      move(6, 'door', 'open'),
      move(6, 'door', 'shut'),
    ];
    expect(drawn(lines, ['a', 'door'])).toEqual([
      '1→3 a > door: shut, into shut',
      '1→3 a > door: open, into open',
      '2→4 a > door: knock',
      '2→5 a > door: shut, into shut',
      '6 a > door: open, into open',
      '6 a > door: shut, into shut',
    ]);
  });

  it('has facts as notes, and as arrows from whom they come', () => {
    const lines = [
      fact(1, 'actor.failed', 'a', { error: { name: 'Error', message: 'x' } }, { id: '1' }),
      fact(2, 'custom.told', 'b', {}, { causationid: '1' }),
      fact(3, 'custom.told', 'c', {}, { causationid: '1' }),
      fact(4, 'custom.told', 'a', {}, { causationid: '1' }),
    ];
    expect(drawn(lines, ['a', 'b'])).toEqual([
      '1 a: fails: Error: x',
      '2 a ..> b: custom.told',
      '4 a: custom.told',
    ]);
  });

  it('shows faults and violations to all, and notes where they belong', () => {
    const lines: Happened[] = [
      { line: ['fault', 1, { kind: 'process.crash', atMs: 1, downMs: 5 }], path: '' },
      note(2, 'ask', { from: 'x', to: 'a' }),
      note(3, 'vote', { from: 'a', to: 'b' }),
      note(4, 'leads', { at: 'b' }),
      note(5, 'leads', { at: 'c' }),
      note(6, 'up'),
      { line: ['violation', 7, 'one leads', 'two lead'], path: '' },
    ];
    expect(drawn(lines, ['a', 'b'])).toEqual([
      '1 all: process.crash downMs=5',
      '2 outside > a: ask, by x',
      '3 a > b: vote',
      '4 b: leads',
      '6 all: up',
      '7 all: one leads: two lead',
    ]);
  });

  it('keeps to its window of time, and knows the states from before it', () => {
    const lines = [move(1, 'door', 'shut'), move(5, 'door', 'shut'), event(6, 'a', 'door', 'x')];
    expect(drawn(lines, ['a', 'door'], { fromMs: 2, toMs: 5 })).toEqual([]);
    expect(drawn(lines, ['a', 'door'], { fromMs: 0, toMs: 5 })).toEqual(['1 door: shut']);
  });

  it('folds what happens over and over', () => {
    const beat = (atMs: number) => event(atMs, 'a', 'b', 'beat');
    expect(drawn([beat(1), beat(2), beat(3)], ['a', 'b'])).toEqual(['1 a > b: beat ×3 until 3']);
    const round = (atMs: number) => [
      event(atMs, 'a', 'b', 'ask'),
      event(atMs + 1, 'b', 'a', 'answer'),
    ];
    expect(drawn([0, 10, 20, 30].flatMap(round), ['a', 'b'])).toEqual([
      '4 times [0 a > b: ask; 1 b > a: answer]',
    ]);
    expect(drawn([0, 10].flatMap(round), ['a', 'b'])).toHaveLength(4);
    expect(drawn([event(1, 'a', 'b', 'beat', 40), beat(2)], ['a', 'b'])).toEqual([
      '1 a > b: beat ×41 until 2',
    ]);
  });

  it('leaves out the earliest, if there are too many, and says how many', () => {
    const lines = Array.from({ length: 310 }, (_, at) => event(at, 'a', 'b', `n${at}`));
    const { scenes, earlier } = sequenceOf(lines, ['a', 'b'], always);
    expect([scenes.length, earlier, scenes[0]]).toEqual([
      300,
      10,
      expect.objectContaining({ text: 'n10' }),
    ]);
  });
});

describe('who may be in a sequence', () => {
  const lines = opened(shopLines()).lines;

  it('is everybody that something happened to, and those that notes name', () => {
    expect(castIn(lines)).toEqual([
      ...['segment-1', 'audit/1', 'workers', 'workers/counter', 'workers/till'],
      ...['customer', 'breaker:prices', 'prices'],
    ]);
  });

  it('is found by whom one talked with, most often first', () => {
    expect(talkedWith(lines, 'customer')).toEqual([
      ['workers/counter', 24],
      ['workers/till', 12],
    ]);
    const told = [
      event(1, 'a', 'b', 'x', 5),
      event(2, 'c', 'a', 'y'),
      event(3, undefined, 'a', 'z'),
      fact(4, 'custom.a', 'a', {}, { id: '1' }),
      fact(5, 'custom.b', 'c', {}, { causationid: '1' }),
    ];
    expect(talkedWith(told, 'a')).toEqual([
      ['b', 5],
      ['c', 2],
    ]);
  });
});
