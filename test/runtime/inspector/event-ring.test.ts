import { expect, it } from 'vitest';
import { EventRing } from '../../../runtime/inspector/event-ring.ts';

it('keeps the newest, oldest first, each with how many came before', () => {
  const ring = new EventRing(3);
  ring.event(1, 'a', undefined, 'go');
  ring.move(2, 'a', { machine: 'lamp', by: undefined, before: undefined, value: 'off' });
  ring.event(3, 'b', 'a', 'stop');
  ring.move(4, 'b', { machine: 'lamp', by: 'go', before: 'off', value: { on: 'dim' } });
  expect([ring.written, [...ring.since(0)]]).toEqual([
    4,
    [
      [
        1,
        {
          kind: 'move',
          atMs: 2,
          subject: 'a',
          machine: 'lamp',
          by: undefined,
          before: undefined,
          value: 'off',
        },
      ],
      [2, { kind: 'event', atMs: 3, subject: 'b', from: 'a', type: 'stop', handledMs: undefined }],
      [
        3,
        {
          kind: 'move',
          atMs: 4,
          subject: 'b',
          machine: 'lamp',
          by: 'go',
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

it('knows when an event was handled, unless that is forgotten by then', () => {
  const ring = new EventRing(2);
  const lost = ring.event(1, 'a', undefined, 'go');
  const first = ring.event(2, 'a', undefined, 'go');
  ring.event(3, 'a', undefined, 'go');
  ring.handled(lost, 4);
  ring.handled(first, 4.5);
  const handled = [...ring.since(0)].map(([, each]) => each.kind === 'event' && each.handledMs);
  expect(handled).toEqual([4.5, undefined]);
});
