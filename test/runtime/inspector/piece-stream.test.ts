import { expect, it } from 'vitest';
import { streamOfPieces } from '../../../runtime/inspector/piece-stream.ts';
import { simWorld } from '../../../runtime/sim/world.ts';

function stage(pieces: Iterable<string>) {
  const { clock } = simWorld({ seed: 1 });
  let overs = 0;
  const onOver = (): void => {
    overs += 1;
  };
  const reader = streamOfPieces(pieces, clock, onOver).getReader();
  const read = async (): Promise<string | undefined> => {
    const { done, value } = await reader.read();
    return done ? undefined : Buffer.from(value).toString();
  };
  return { clock, reader, read, overs: () => overs };
}

it('each piece is made once somebody reads it and others have had their turn', async () => {
  let made = 0;
  const pieces = function* () {
    for (const piece of ['a', '', 'b']) {
      made += 1;
      yield piece;
    }
  };
  const { clock, read, overs } = stage(pieces());
  await clock.advanceAsync(10);
  const first = read();
  await Promise.resolve();
  expect(made).toBe(0);
  await clock.advanceAsync(0);
  expect([await first, made]).toEqual(['a', 1]);
  await clock.advanceAsync(10);
  expect(made).toBe(1);
  expect(overs()).toBe(0);
  const others = [read(), read()];
  await clock.advanceAsync(10);
  expect(await Promise.all(others)).toEqual(['b', undefined]);
  expect(overs()).toBe(1);
});

it('who leaves has no more made, and a piece that cannot be made ends it', async () => {
  const torn = stage({
    [Symbol.iterator]: () => ({
      next: () => {
        throw new Error('torn');
      },
    }),
  });
  const left = stage(['a']);
  const [reading, failing] = [left.read(), expect(torn.read()).rejects.toThrow('torn')];
  await left.reader.cancel();
  expect([await reading, left.clock.pending]).toEqual([undefined, 0]);
  await torn.clock.advanceAsync(0);
  await failing;
  expect([left.overs(), torn.overs()]).toEqual([1, 1]);
});
