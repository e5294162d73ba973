import { expect, it } from 'vitest';
import type { Arrival, Link } from '../../actors/network.ts';
import { Entrant } from '../../actors/peer/door/admission.ts';
import type { PeerEnding } from '../../machines/peer.machine.ts';
import { PeerDoor } from '../../runtime/peer-door.ts';
import type { Watcher } from '../../runtime/peer-host.ts';

const link: Link = {
  remote: { address: '10.0.0.1', port: 1 },
  bufferedBytes: 0,
  send() {},
  pause() {},
  resume() {},
  close() {},
  drop() {},
};

function stage(isIn = true) {
  const diary: string[] = [];
  const watchers: Watcher[] = [];
  const actor = {
    wasLive: false,
    claimed: undefined,
    left: () => diary.push('left'),
    drop: (because: string) => diary.push(`dropped: ${because}`),
    peer: undefined,
    enter: () => {
      diary.push('entered');
      return { onMessage() {}, onDrained() {}, onEnd() {} };
    },
  };
  const entrant = new Entrant('10.0.0.1', () => {});
  const door = new PeerDoor({
    host: {
      arrived: (_, watcher) => {
        watchers.push(watcher);
        return actor;
      },
    },
    admission: {
      arrive: () => (isIn ? entrant : undefined),
      ask: () => ({ admitted: true }),
      free: () => diary.push('free'),
    },
    conduct: { misbehaved: (address) => diary.push(`misbehaved: ${address}`) },
    refusals: { count: (_, because) => diary.push(`counted: ${because}`) },
  });
  const arrival: Arrival = { remote: { address: '10.0.0.1', port: 1 }, drop() {} };
  const end = (ending: PeerEnding): void => watchers[0]?.onEnded(actor, ending, null);
  return { diary, door, arrival, entrant, watchers, actor, end };
}

it('who is not let arrive is nobody', () => {
  const { diary, door, arrival } = stage(false);
  expect([door.onArrived(arrival), diary]).toEqual([false, []]);
  expect(() => door.onOpened(arrival, link)).toThrow('nobody arrived');
});

it('who is known is half open no more, and who has to make room is dropped', () => {
  const { diary, door, arrival, entrant, watchers, actor } = stage();
  door.onArrived(arrival);
  door.onOpened(arrival, link);
  watchers[0]?.onOpened(actor);
  entrant.drop();
  expect(diary).toEqual(['entered', 'free', 'dropped: crowded out']);
});

it.each([
  ['upgrade.timedOut', true],
  ['handshake.timedOut', true],
  ['handshake.failed', true],
  ['link.violated', true],
  ['link.lost', false],
  ['dropped', false],
] as const)(
  'what ends by %s before it is known who it was: the address pays: %s',
  (ending, pays) => {
    const { diary, door, arrival, end } = stage();
    door.onArrived(arrival);
    end(ending);
    const paid = pays ? ['misbehaved: 10.0.0.1'] : [];
    expect(diary).toEqual(['free', ...paid, `counted: ${ending}`]);
  },
);

it('what a known peer ends with is no refusal', () => {
  const { diary, door, arrival, actor, end } = stage();
  door.onArrived(arrival);
  actor.wasLive = true;
  end('drained');
  expect(diary).toEqual(['free']);
});

it('who leaves before the upgrade has left', () => {
  const { diary, door, arrival } = stage();
  door.onArrived(arrival);
  door.onLeft(arrival);
  door.onLeft(arrival);
  expect(diary).toEqual(['left']);
});
