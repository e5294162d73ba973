import { expect, it } from 'vitest';
import { EventRing } from '../../../runtime/inspector/event-ring.ts';

it('keeps the newest, oldest first, each with how many came before', () => {
  const ring = new EventRing(3);
  ring.event(1, 'a', undefined, 'go');
  ring.move(2, 'a', 'lamp', undefined, 'off');
  ring.event(3, 'b', 'a', 'stop');
  ring.move(4, 'b', 'lamp', 'off', { on: 'dim' });
  expect([ring.written, [...ring.since(0)]]).toEqual([
    4,
    [
      [
        1,
        { kind: 'move', atMs: 2, subject: 'a', machine: 'lamp', before: undefined, value: 'off' },
      ],
      [2, { kind: 'event', atMs: 3, subject: 'b', from: 'a', type: 'stop' }],
      [
        3,
        {
          kind: 'move',
          atMs: 4,
          subject: 'b',
          machine: 'lamp',
          before: 'off',
          value: { on: 'dim' },
        },
      ],
    ],
  ]);
  expect([...ring.since(4)].map(([nth]) => nth)).toEqual([3]);
});

it('cuts types that are too long', () => {
  const ring = new EventRing(2);
  ring.event(1, 'a', undefined, 'x'.repeat(10_000_000));
  const [[, happened] = []] = [...ring.since(0)];
  expect(happened).toMatchObject({ type: `${'x'.repeat(200)}…` });
});
