import { describe, expect, it } from 'vitest';
import type { Dialled, DialOptions, Link, Network } from '../../../actors/network.ts';
import { dial } from '../../../actors/peer/dial.ts';

const link: Link = {
  remote: { address: '10.0.0.1', port: 1 },
  bufferedBytes: 0,
  send() {},
  pause() {},
  resume() {},
  close() {},
  drop() {},
};
const opened: Dialled = { outcome: 'opened', link };
const challenge = new Uint8Array(41).fill(1);
const answer = new Uint8Array(49).fill(2);
const pass = new Uint8Array(40).fill(3);
const target = { url: 'ws://10.0.0.1', expected: undefined, pass };

/** What it comes to, and what was shown each time, if these are the outcomes. */
async function dialling(outcomes: readonly Dialled[], solved: Uint8Array | undefined = answer) {
  const shown: Omit<DialOptions, 'signal'>[] = [];
  const left = [...outcomes];
  const network: Network = {
    listen: () => Promise.reject(new Error('nobody listens')),
    async dial(_, { signal: __, ...rest }) {
      shown.push(rest);
      return left.shift() ?? opened;
    },
  };
  const { signal } = new AbortController();
  const dialler = { network, solve: async () => solved };
  const failed = await dial(target, dialler, signal, () => ({
    onMessage() {},
    onDrained() {},
    onEnd() {},
  }));
  return { failed, shown };
}

describe('a dial', () => {
  it('shows its pass first, and works only if it is asked to', async () => {
    expect(await dialling([opened])).toEqual({ failed: undefined, shown: [{ pass }] });
    expect(await dialling([{ outcome: 'refused', challenge }, opened])).toEqual({
      failed: undefined,
      shown: [{ pass }, { answer }],
    });
  });

  it('is refused if there is no work to do, too much of it, or more of it', async () => {
    const refused: Dialled = { outcome: 'refused', challenge };
    const failed = { type: 'dial.refused' };
    const none: Dialled = { outcome: 'refused', challenge: undefined };
    expect(await dialling([none])).toEqual({ failed, shown: [{ pass }] });
    expect(await dialling([refused, refused, opened])).toEqual({
      failed,
      shown: [{ pass }, { answer }],
    });
  });

  it('says why nobody is there', async () => {
    const cause = new Error('connection refused');
    expect((await dialling([{ outcome: 'unreachable', cause }])).failed).toEqual({
      type: 'dial.failed',
      because: 'connection refused',
    });
  });

  it('that is given up comes to nothing', async () => {
    const controller = new AbortController();
    const network: Network = {
      listen: () => Promise.reject(new Error('nobody listens')),
      async dial(_, { signal }) {
        controller.abort();
        signal.throwIfAborted();
        return opened;
      },
    };
    const dialler = { network, solve: async () => undefined };
    const events = { onMessage() {}, onDrained() {}, onEnd() {} };
    expect(await dial(target, dialler, controller.signal, () => events)).toBeUndefined();
  });
});
