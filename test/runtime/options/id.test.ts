import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { checkId, checkLogic } from '../../../runtime/options/id.ts';
import { refusalOf } from './refusal.ts';

const expected = 'id must be a string of 1 to 128 printable characters without "/"';

describe('an id', () => {
  it.each(['a', 'mailer-1', 'Größe 7', '日本', '..', 'x'.repeat(128)])('may be %j', (id) => {
    expect(refusalOf(() => checkId('id', id))).toBe('');
  });

  it.each([
    ['', `RangeError: ${expected}, got ""`],
    ['a/b', `RangeError: ${expected}, got "a/b"`],
    ['a\nb', `RangeError: ${expected}, got "a\\nb"`],
    ['\u202egpj', `RangeError: ${expected}, got "\u202egpj"`],
    ['x'.repeat(129), `RangeError: ${expected}, got "${'x'.repeat(80)}"`],
    [7, `TypeError: ${expected}, got number`],
    [undefined, `TypeError: ${expected}, got undefined`],
  ])('may not be %j', (id, refused) => {
    expect(refusalOf(() => checkId('id', id))).toBe(refused);
  });
});

describe('the logic of an actor', () => {
  it.each([
    ['a machine', setup({}).createMachine({})],
    ['a promise', fromPromise(async () => 1)],
  ])('may be %s', (_what, logic) => {
    expect(refusalOf(() => checkLogic(logic))).toBe('');
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a function', () => 1],
    ['half of one', { transition: () => 1 }],
  ])('may not be %s', (_what, logic) => {
    const check = checkLogic as (logic: unknown) => void;
    expect(refusalOf(() => check(logic))).toBe(
      'TypeError: logic must be XState actor logic: a machine, or fromPromise, …',
    );
  });
});
