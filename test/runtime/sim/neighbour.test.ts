import { describe, expect, it } from 'vitest';
import { simulate } from '../../../runtime/sim/simulate.ts';
import { chat, SERVER, told } from './chat.fixture.ts';

describe('a machine beside the one a run is about', () => {
  it('tries again a second after it could not start', async () => {
    let tries = 0;
    const start = (): void => {
      tries += 1;
      if (tries < 3) throw new Error('no disk');
    };
    const run = await simulate({
      ...{ seed: 1, horizonMs: 3_000, start: () => undefined },
      machines: { [SERVER]: start },
    });
    expect(told(run).filter((line) => line.includes('server'))).toEqual([
      ...['0 server 1 a process starts', '0 server 1 it cannot start'],
      ...['1 server 2 a process starts', '1 server 2 it cannot start'],
      ...['2 server 3 a process starts', '2 server 3 it is up'],
    ]);
    expect(run.violations).toEqual([]);
  });

  it('violates the run if it never starts', async () => {
    const start = (): void => {
      throw new Error('no disk');
    };
    const { violations } = await simulate(chat([], { machines: { [SERVER]: start } }));
    const detail = `${SERVER}: the process cannot start: Error: no disk`;
    expect(violations).toEqual([{ invariant: 'start', atMs: 64_500, detail }]);
  });

  it('dies of what nobody catches, which violates the run, and is started again', async () => {
    let starts = 0;
    const run = await simulate({
      ...{ seed: 1, horizonMs: 3_000, start: () => undefined },
      machines: {
        [SERVER]({ world }) {
          starts += 1;
          if (starts > 1) return;
          world.clock.after(500, () => {
            throw new Error('out of ink');
          });
        },
      },
    });
    expect(told(run).slice(4)).toEqual(
      [
        '0 client 1 uncaught: Error: out of ink',
        '1 server 2 a process starts',
        '1 server 2 it is up',
      ].map((line) => line.replace('client 1 ', '')),
    );
  });

  it.each([
    ['10.0.0.1', 'RangeError'],
    ['10.0.0.02', 'RangeError'],
    ['host', 'RangeError'],
  ])('is refused at %s', async (address, name) => {
    const { start } = chat([]);
    const refused = simulate({ seed: 1, horizonMs: 1, start, machines: { [address]: () => {} } });
    await expect(refused).rejects.toMatchObject({ name });
  });
});
