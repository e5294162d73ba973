import { expect, it } from 'vitest';
import { escapeSteering } from '../../runtime/steering.ts';

it('what steers a terminal, ends a line or turns text around is escaped, and nothing else', () => {
  expect(escapeSteering('a\r\n\u001b[2J\u009b\u202e\u2028\u{e0001}')).toBe(
    'a\\u000d\\u000a\\u001b[2J\\u009b\\u202e\\u2028\\udb40\\udc01',
  );
  expect(escapeSteering('tea, 茶 and 🫖: "\\"')).toBe('tea, 茶 and 🫖: "\\"');
});
