import { describe, expect, it } from 'vitest';
import { tryEscapes } from '../../../../../runtime/world/vm/process/escapes.ts';
import { ground, obstacle, specOf } from './jail.fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

describe('trying to escape', () => {
  it('works in no way that is tried', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    expect(await tryEscapes(ground().tools, specOf(''), soon())).toBe(16);
  });

  it('works in each way that a jail leaves open', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const leaky = specOf('', {
      filter: undefined,
      files: [...ground().files, ['/proc', '/proc'], ['/etc', '/etc']],
    });
    const found = await tryEscapes(ground().tools, leaky, soon());
    expect(found).toEqual({
      unavailable:
        'the jail does not hold: what is inside reads a file of the host, ' +
        'lists the processes of the host, starts a process, sends a signal to its parent, ' +
        'listens on the network, listens where the host can hear, ' +
        'opens a socket for datagrams',
    });
  });

  it('is over when it is given up, and proves nothing then', async (context) => {
    if (obstacle !== undefined) return context.skip(obstacle);
    const found = await tryEscapes(ground().tools, specOf(''), AbortSignal.timeout(1));
    expect(found).toMatchObject({ unavailable: expect.stringMatching(/^escapes could not be/) });
  });
});
