import { describe, expect, it } from 'vitest';
import type { Asker } from '../../../../actors/peer/requests/asked.ts';
import { AnswerTimes } from '../../../../actors/peer/suspicion/answer-times.ts';
import { failRequest } from '../../../../actors/refusals.ts';
import { VirtualClock } from '../../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';

function given(pingMs = 40) {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const times = new AnswerTimes({
    clock,
    pingMs: () => pingMs,
    onUniform: (id) => seen.push(`${id} uniform`),
    onFlawless: (id) => seen.push(`${id} flawless`),
  });
  const stream = new SeededRandom(1).stream('times');
  const draw = (): number => stream.draw();
  const answers = (id: string, count: number, msOf: () => number): void => {
    for (let nth = 0; nth < count; nth++) times.answered(id, msOf());
  };
  return { clock, seen, times, draw, answers };
}

const failed = failRequest('HANDLER_FAILED');

describe('answers that all take as long', () => {
  it('are seen by 64 of them, and by 64 more', () => {
    const { seen, answers, draw } = given();
    answers('eve', 63, () => 90 + draw());
    expect(seen).toEqual([]);
    answers('eve', 65, () => 90 + draw());
    expect(seen).toEqual(['eve uniform', 'eve uniform']);
  });

  it('are none of a peer that is only far away: the way there and back is left out', () => {
    const { seen, answers, draw } = given(200);
    answers('ann', 640, () => 201 + 2 * draw());
    expect(seen).toEqual([]);
  });

  it('are none of a peer whose work takes now more and now less', () => {
    const { seen, answers, draw } = given();
    answers('ann', 640, () => 90 + 20 * draw());
    expect(seen).toEqual([]);
  });

  it('are none as long as nobody knows how far away it is', () => {
    const { seen, answers } = given(Number.POSITIVE_INFINITY);
    answers('ann', 640, () => 90);
    expect(seen).toEqual([]);
  });
});

describe('answers of which none fails', () => {
  const msOf = (draw: () => number) => () => 50 + 30 * draw();

  it('are seen where one of twenty of the others fails', () => {
    const { seen, times, answers, draw } = given();
    for (let nth = 0; nth < 50; nth++) {
      answers(`peer ${nth}`, 19, msOf(draw));
      times.failed(`peer ${nth}`, failed);
    }
    answers('eve', 300, msOf(draw));
    expect(seen).toEqual(['eve flawless']);
  });

  it('are nothing where hardly any fails, and where nobody else was asked', () => {
    const { seen, times, answers, draw } = given();
    for (let nth = 0; nth < 50; nth++) answers(`peer ${nth}`, 40, msOf(draw));
    times.failed('peer 1', failed);
    answers('ann', 2_000, msOf(draw));
    const alone = given();
    alone.answers('ann', 10_000, msOf(draw));
    expect([seen, alone.seen]).toEqual([[], []]);
  });

  it('are not those of a peer that fails as the others do', () => {
    const { seen, times, answers, draw } = given();
    for (let nth = 0; nth < 100; nth++) {
      for (const id of ['ann', 'joe', 'sue']) {
        answers(id, 19, msOf(draw));
        times.failed(id, failed);
      }
      times.failed('ann', failRequest('PEER_LOST'));
    }
    expect(seen).toEqual([]);
  });
});

describe('whoever asks', () => {
  it('is watched once in seven times, and hears the same', async () => {
    const { clock, times } = given();
    const heard: unknown[] = [];
    const asker: Asker = {
      onAnswered: (payload) => heard.push(payload),
      onStreamed: (items) => heard.push(items),
      onFailed: (failure) => heard.push(failure),
    };
    const askers = Array.from({ length: 21 }, () => times.watching('ann', asker));
    expect(askers.filter((each) => each !== asker).length).toBe(3);
    await clock.advanceAsync(5);
    const payload = { encoding: 'bytes', bytes: new Uint8Array(2) } as const;
    const items = { next: async () => ({ kind: 'end' }) as const, cancel() {} };
    askers[6]?.onAnswered(payload);
    askers[13]?.onStreamed(items as never);
    askers[20]?.onFailed(failed);
    expect(heard).toEqual([payload, items, failed]);
  });

  it('is watched until it has its answer', async () => {
    const { clock, seen, times } = given(1);
    for (let nth = 0; nth < 7 * 64; nth++) {
      const asker = times.watching('eve', { onAnswered() {}, onStreamed() {}, onFailed() {} });
      await clock.advanceAsync(70);
      asker.onAnswered({ encoding: 'nothing', bytes: new Uint8Array(0) });
    }
    expect(seen).toEqual(['eve uniform']);
  });
});
