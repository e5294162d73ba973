import { expect, it } from 'vitest';
import {
  inspectorCommand,
  inspectorOptions,
  inspectorRange,
} from '../../../runtime/options/inspector.ts';
import { readOptions } from '../../../runtime/options/read.ts';

const read = (given: unknown) => readOptions(inspectorOptions, 'inspector', given);

it('without a word it is for looking, by names of loopback', () => {
  expect(read({})).toEqual({ hosts: [], control: false, show: [] });
  expect(read({ control: true }).control).toEqual({});
  const token = 'correct.horse.battery';
  expect(read({ control: { token } }).control).toEqual({ token });
});

it('what makes no sense is refused by its name, and no token is shown', () => {
  const secret = 'short';
  const wrong: readonly unknown[] = [
    ...[{ token: secret }, { control: { token: secret } }, { control: 1 }, { hosts: 'a' }],
    ...[{ hosts: ['a:80'] }, { hosts: ['*'] }, { show: [''] }, { show: 'a' }, { other: 1 }, 7],
  ];
  for (const given of wrong) {
    const refused = () => read(given);
    expect(refused, JSON.stringify(given)).toThrow(/^inspector/);
    expect(refused).not.toThrow(secret);
  }
});

it('a reason is words, and not only spaces', () => {
  const command = (reason: string) =>
    readOptions(inspectorCommand, 'command', { do: 'peer.ban', target: 'a', reason }).reason;
  expect(command(' it hangs ')).toBe('it hangs');
  const refusal = 'command.reason must be one line of 1 to 500 characters that can be seen';
  expect(command('👩‍🚒 hält سلام')).toBe('👩‍🚒 hält سلام');
  const unseen = ['   ', '\u200b', 'a\u001b[2J', 'a\nb', 'a\u0085b', 'a\u2028b', 'a\u202eb'];
  for (const reason of unseen) {
    expect(() => command(reason), JSON.stringify(reason)).toThrow(refusal);
  }
});

it('an index is digits, and is refused in plain words otherwise', () => {
  const range = (fromIndex: string) => readOptions(inspectorRange, 'audit', { fromIndex });
  expect(range('12')).toEqual({ fromIndex: 12 });
  for (const fromIndex of ['', 'abc', '-1', '1.5', '0x1', '1e3', '9'.repeat(16)]) {
    expect(() => range(fromIndex)).toThrow('audit.fromIndex must be a whole number, got');
  }
});
