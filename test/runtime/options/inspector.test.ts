import { expect, it } from 'vitest';
import { inspectorCommand, inspectorOptions } from '../../../runtime/options/inspector.ts';
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
  expect(() => command('   ')).toThrow('command.reason must be a string of 1 to 500 characters');
});
