import { describe, expect, it } from 'vitest';
import { exits, Failure, misused } from '../../../runtime/cli/failure.ts';

describe('a failure of a command', () => {
  it('ends it with the exit code that it names, 1 by default', () => {
    const shape = ({ message, exit, code }: Failure) => ({ message, exit, code });
    expect([
      shape(new Failure('no')),
      shape(new Failure('no key', exits.keyMissing, 'MASTER_KEY_INVALID')),
      shape(misused('what?')),
    ]).toEqual([
      { message: 'no', exit: 1, code: undefined },
      { message: 'no key', exit: 4, code: 'MASTER_KEY_INVALID' },
      { message: 'what?', exit: 2, code: undefined },
    ]);
  });
});
