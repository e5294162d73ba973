import { expect, it } from 'vitest';
import { boundedHttp, boundedNetwork, boundedSockets } from '../../actors/bounded-sockets.ts';
import type { Door } from '../../actors/network.ts';
import {
  httpOperations,
  listeningOperations,
  networkOperations,
  socketOperations,
} from '../../actors/operations.ts';
import type { Connection, Listening } from '../../actors/sockets.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { lonelyNetwork } from '../../runtime/sim/lonely-network.ts';
import { lonelySockets } from '../../runtime/sim/sockets.ts';

/** What opens only once it is told to, and whether it was closed again. */
class Slow<Opened> {
  readonly promise: Promise<Opened>;
  open: (opened: Opened) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

async function outcomeAt(clock: VirtualClock, deadlineMs: number, work: Promise<unknown>) {
  let outcome = 'waits';
  work.then(
    () => {
      outcome = 'done';
    },
    (error: unknown) => {
      outcome = String(Reflect.get(Object(error), 'code'));
    },
  );
  await clock.advanceAsync(deadlineMs - 1);
  const before = outcome;
  await clock.advanceAsync(1);
  return [before, outcome];
}

const place = { host: '127.0.0.1', port: 0, trustedProxies: [] };
const deaf = { onMessage() {}, onDrained() {}, onEnd() {} };
const door: Door = {
  onArrived: () => true,
  onLeft() {},
  onAsked: () => ({ admitted: true }),
  onOpened: () => deaf,
};

it('a port that does not open in time is an error, and is closed if it opens later', async () => {
  const clock = new VirtualClock();
  const slow = new Slow<{ url: string; close: () => void }>();
  const network = boundedNetwork({ ...lonelyNetwork, listen: () => slow.promise }, clock);
  const listening = network.listen(place, door);
  const { deadlineMs } = networkOperations.listen;
  expect(await outcomeAt(clock, deadlineMs, listening)).toEqual(['waits', 'DISK_FAILED']);
  const diary: string[] = [];
  slow.open({ url: '', close: () => void diary.push('closed') });
  await clock.advanceAsync(0);
  expect([diary, clock.pending]).toEqual([['closed'], 0]);
});

it('a socket that does not open in time is an error, and is closed if it opens later', async () => {
  const clock = new VirtualClock();
  const slow = new Slow<Listening>();
  const sockets = boundedSockets({ ...lonelySockets, listen: () => slow.promise }, clock);
  const { deadlineMs } = socketOperations.listen;
  const listening = sockets.listen('/a', () => {});
  expect(await outcomeAt(clock, deadlineMs, listening)).toEqual(['waits', 'DISK_FAILED']);
  const diary: string[] = [];
  slow.open({ close: async () => void diary.push('closed') });
  await clock.advanceAsync(0);
  expect([diary, clock.pending]).toEqual([['closed'], 0]);
});

it('nobody who answers too late is spoken to', async () => {
  const clock = new VirtualClock();
  const slow = new Slow<Connection | undefined>();
  const sockets = boundedSockets({ ...lonelySockets, connect: () => slow.promise }, clock);
  const { deadlineMs } = socketOperations.connect;
  const connecting = sockets.connect('/a');
  expect(await outcomeAt(clock, deadlineMs, connecting)).toEqual(['waits', 'DISK_FAILED']);
  const diary: string[] = [];
  const [drop, nothing] = [() => void diary.push('dropped'), async () => {}];
  const incoming = (async function* (): AsyncGenerator<Uint8Array> {})();
  slow.open({ incoming, drop, write: () => true, drained: nothing, end: nothing });
  await clock.advanceAsync(0);
  expect([diary, clock.pending]).toEqual([['dropped'], 0]);
});

it('a socket that does not close in time is left', async () => {
  const clock = new VirtualClock();
  const stuck: Listening = { close: () => new Promise(() => {}) };
  const sockets = boundedSockets({ ...lonelySockets, listen: async () => stuck }, clock);
  const listening = await sockets.listen('/a', () => {});
  const { deadlineMs } = listeningOperations.close;
  const seen = await outcomeAt(clock, deadlineMs, listening.close());
  expect([seen, clock.pending]).toEqual([['waits', 'DISK_FAILED'], 0]);
});

it('pages that are not there in time are an error, and are closed if they come later', async () => {
  const clock = new VirtualClock();
  const slow = new Slow<{ url: string; close: () => void }>();
  const http = boundedHttp({ listen: () => slow.promise }, clock);
  const listening = http.listen({ host: '127.0.0.1', port: 0 }, () => {
    throw new Error('somebody came');
  });
  const { deadlineMs } = httpOperations.listen;
  expect(await outcomeAt(clock, deadlineMs, listening)).toEqual(['waits', 'DISK_FAILED']);
  const diary: string[] = [];
  slow.open({ url: '', close: () => void diary.push('closed') });
  await clock.advanceAsync(0);
  expect(diary).toEqual(['closed']);
});
