import { expect, it } from 'vitest';
import { seenJson } from '../../../../runtime/inspector/page/seen-json.ts';

it('shows what would turn text around, or not be seen, as its code', () => {
  const turned = { 'a\u202eb': ['exe.\u2067txt', 'bell\u0007', 'till\u200b', '\u2028'] };
  const seen = { 'a\\u202eb': ['exe.\\u2067txt', 'bell\\u0007', 'till\\u200b', '\\u2028'] };
  expect(seenJson(JSON.stringify(turned))).toEqual(seen);
  const escaped = JSON.stringify(turned).replaceAll(
    /[^\0-~]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16)}`,
  );
  expect([escaped.includes('\u202e'), seenJson(escaped)]).toEqual([false, seen]);
});

it('leaves all else as it is: lines, letters of all scripts, and what was escaped before', () => {
  const plain = { lines: 'a\n\tb"\\', tea: '茶 🫖 é', word: '\\u202e', hebrew: 'שלום' };
  expect(seenJson(JSON.stringify(plain))).toEqual(plain);
  expect(seenJson(`{"word":"\\\\u202e","e":"\\u00e9","pair":"\\ud83e\\uded6"}`)).toEqual({
    ...{ word: '\\u202e', e: 'é', pair: '🫖' },
  });
  expect(() => seenJson('{"a":"\\u20')).toThrow(SyntaxError);
});
