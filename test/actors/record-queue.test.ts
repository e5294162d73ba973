import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { RecordQueue, type Waiting } from '../../actors/record-queue.ts';

const waiting = (text: string, more: Partial<Waiting> = {}): Waiting => ({
  record: Buffer.from(text),
  ...more,
});

const textsOf = (all: readonly Waiting[]): string[] =>
  all.map(({ record }) => Buffer.from(record).toString());

function queueOf(...texts: readonly string[]): RecordQueue {
  const queue = new RecordQueue(4, 10);
  for (const text of texts) queue.add(waiting(text));
  return queue;
}

describe('a queue of records', () => {
  it('has room for so many records and so many bytes, and again when one is gone', () => {
    const queue = queueOf('a', 'b', 'c');
    const last = waiting('1234567');
    const room = [queue.hasRoomFor(last.record), queue.hasRoomFor(Buffer.from('12345678'))];
    queue.add(last);
    expect([...room, queue.hasRoomFor(Buffer.from(''))]).toEqual([true, false, false]);
    expect([queue.delete(last), queue.delete(last), queue.hasRoomFor(last.record)]).toEqual([
      ...[true, false, true],
    ]);
  });

  it('gives out the first ones, one at least, in the order they came', () => {
    const queue = queueOf('aa', 'bb', 'cc', 'd');
    const taken = [queue.take(2, 100), queue.take(9, 1), queue.take(9, 1), queue.take(9, 1)];
    expect(taken.map(textsOf)).toEqual([['aa', 'bb'], ['cc'], ['d'], []]);
  });

  it('takes back to its front what was taken, in its order', () => {
    const queue = queueOf('a', 'b', 'c');
    const taken = queue.take(2, 100);
    queue.add(waiting('d'));
    queue.putBack(taken);
    expect(textsOf(queue.take(9, 100))).toEqual(['a', 'b', 'c', 'd']);
    expect([queue.size, queue.hasRoomFor(Buffer.from('1234567890'))]).toEqual([0, true]);
  });

  it('passes over what was taken back while it waited', () => {
    const queue = queueOf('a');
    const [b, c] = [waiting('b'), waiting('c')];
    for (const each of [b, c, waiting('d')]) queue.add(each);
    queue.delete(b);
    const first = queue.take(2, 100);
    queue.putBack(first);
    queue.delete(c);
    expect([textsOf(first), queue.size, queue.bytes, textsOf(queue.take(9, 100))]).toEqual([
      ['a', 'c'],
      2,
      2,
      ['a', 'd'],
    ]);
    expect(queue.delete(c)).toBe(false);
  });

  it('lets go of what was taken back, though the rest waits for ever', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const queue = queueOf('a', 'b');
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let each = 0; each < 50_000; each++) {
      const left = waiting('x');
      queue.add(left);
      queue.delete(left);
    }
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    expect([grown < 1_000_000, queue.size]).toEqual([true, 2]);
  });

  it('gives out those that are so, and keeps the others', () => {
    const queue = queueOf('a', 'b');
    queue.add(waiting('c', { isPatient: true }));
    expect(textsOf(queue.takeThose(({ isPatient }) => isPatient !== true))).toEqual(['a', 'b']);
    expect(textsOf(queue.take(9, 100))).toEqual(['c']);
  });
});
