import { expect, it } from 'vitest';
import { eventReader, type Told } from '../../../../runtime/inspector/page/event-stream.ts';

const text =
  'event: delta\nid: 7\ndata: {"a":1}\n\n: alive\n\ndata: x\ndata: y\n\nevent: bye\ndata: {}\n\n';
const events = [
  { event: 'delta', data: '{"a":1}' },
  { event: 'message', data: 'x\ny' },
  { event: 'bye', data: '{}' },
];

it('reads events, however their text is cut', () => {
  for (const size of [1, 2, 3, 7, 1000]) {
    const told: Told[] = [];
    const read = eventReader((event) => told.push(event));
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
    expect(told, `pieces of ${size}`).toEqual(events);
  }
});

it('keeps back an event that is not whole', () => {
  const told: Told[] = [];
  eventReader((event) => told.push(event))('event: delta\ndata: {}\n');
  expect(told).toEqual([]);
});
