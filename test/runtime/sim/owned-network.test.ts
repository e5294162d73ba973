import { describe, expect, it } from 'vitest';
import type { LinkEvents } from '../../../actors/network.ts';
import { simulate } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';
import { chat, SERVER, told } from './chat.fixture.ts';

/** A server that lets everybody in, and does so with what it hears. */
const serving =
  (onMessage: () => void) =>
  async ({ world }: Stage): Promise<void> => {
    const events: LinkEvents = { onMessage, onDrained() {}, onEnd() {} };
    await world.network.listen(
      { host: SERVER, port: 7_000, trustedProxies: [] },
      {
        ...{ onArrived: () => true, onLeft() {} },
        ...{ onAsked: () => ({ admitted: true }), onOpened: () => events },
      },
    );
  };

describe('the network of a process', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('unread');
      },
    ],
    ['rejects', () => void Promise.reject(new Error('unread'))],
  ])('is told by the process that hears: what %s there ends that one alone', async (_, hear) => {
    const run = await simulate(
      chat([], { horizonMs: 1_500, machines: { [SERVER]: serving(hear) } }),
    );
    expect(told(run).slice(4)).toEqual([
      ...['0 client 1 opened', '0 uncaught: Error: unread', '0 client 1 lost'],
      ...['1 server 2 a process starts', '1 server 2 it is up'],
    ]);
  });
});
