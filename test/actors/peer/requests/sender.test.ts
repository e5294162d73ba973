import { describe, expect, it } from 'vitest';
import { failRequest } from '../../../../actors/refusals.ts';
import { bulk, join, json, type Side } from '../joined.ts';

/** All that it says before it hears anything. */
function untilQuiet(side: Side): readonly Uint8Array[] {
  const sent: Uint8Array[] = [];
  for (let message = side.write(); message !== undefined; message = side.write()) {
    sent.push(message);
  }
  return sent;
}

const by = (side: string) => (frame: string) => `${side} ${frame}`;

describe('who writes next', () => {
  it('is a small answer, in the next message, whatever large ones are under way', () => {
    const { a, b, said, step, settle } = join();
    a.ask('large');
    settle();
    b.calls[0]?.answer(bulk(10_485_760));
    step(b, a);
    const small = a.ask('small');
    step(a, b);
    b.calls[1]?.answer(json('here'));
    const before = said.length;
    step(b, a);
    expect(small.told).toEqual([{ payload: json('here') }]);
    expect(said.slice(before)).toEqual(['b response 3', 'b data 1']);
  });

  it('is the next large request, once the one under way was refused or cancelled', () => {
    for (const how of ['refused', 'cancelled'] as const) {
      const { a, b, settle } = join();
      b.admit = (name) => (name === 'never' ? failRequest('LEVEL_TOO_LOW') : undefined);
      const first = a.ask(how === 'refused' ? 'never' : 'first', bulk(8_000_000));
      a.ask('next', bulk(8_000_000));
      const sent = untilQuiet(a);
      if (how === 'cancelled') first.cancel();
      for (const message of sent) b.read(message);
      settle();
      expect(b.payloads.map(({ bytes }) => bytes.length)).toEqual([8_000_000]);
    }
  });

  it('is the next large answer, once nobody waits for the one under way', () => {
    const { a, b, settle } = join();
    const first = a.ask('first');
    const next = a.ask('next');
    settle();
    for (const call of b.calls) call.answer(bulk(6_000_000));
    const sent = untilQuiet(b);
    first.cancel();
    for (const message of untilQuiet(a)) b.read(message);
    for (const message of sent) a.read(message);
    settle();
    expect(next.told).toMatchObject([{ payload: { encoding: 'bytes' } }]);
  });

  it('is each of the large ones in turn', () => {
    const { a, b, said, step, settle } = join();
    for (let n = 0; n < 3; n++) a.ask('large');
    settle();
    for (const call of b.calls) call.answer(bulk(200_000));
    const before = said.length;
    for (let n = 0; n < 6; n++) step(b, a);
    expect(said.slice(before)).toEqual([
      ...[1, 3, 5].map((id) => `b response ${id}`),
      ...[1, 3, 5].map((id) => `b data ${id}`),
    ]);
  });

  it('is the rest of a large one, once that is small, before the next one begins', () => {
    const { a, b, said, step } = join();
    for (let n = 0; n < 3; n++) a.ask('large', bulk(65_536));
    for (let n = 0; n < 3; n++) step(a, b);
    expect(said).toEqual(['request 1', 'data 1', 'request 3', 'data 3', 'request 5'].map(by('a')));
    expect(b.payloads).toEqual([bulk(65_536), bulk(65_536)]);
  });

  it('is a large one, too, when small ones never end', () => {
    const { a, b, said, step, settle } = join();
    for (let n = 0; n < 256; n++) a.ask(n === 0 ? 'large' : 'small');
    settle();
    for (const call of b.calls) call.answer(bulk(call.name === 'large' ? 100_000 : 4_000));
    const before = said.length;
    step(b, a);
    expect(said.slice(before).filter((frame) => frame === 'b response 1').length).toBe(1);
    step(b, a);
    step(b, a);
    step(b, a);
    expect(a.requests.isIdle).toBe(false);
    settle();
    expect(a.requests.isIdle).toBe(true);
  });

  it('never splits a small one, and fills each message', () => {
    const { a, b, said, settle } = join();
    const asks = Array.from({ length: 10 }, () => a.ask('echo', bulk(16_000)));
    b.serve = (call) => call.answer(bulk(16_384));
    settle();
    expect(asks.map(({ told }) => told)).toEqual(asks.map(() => [{ payload: bulk(16_384) }]));
    expect(said.filter((frame) => frame.includes('data'))).toEqual([]);
  });

  it('waits while as much is under way as may be, in order', () => {
    const { a, b, settle } = join();
    const sizes = [10_485_760, 300_000, 10_485_760, 200_000];
    const done: number[] = [];
    b.serve = (call) => {
      done.push(call.payload.bytes.length);
      call.answer(bulk(1));
    };
    for (const size of sizes) a.ask('m', bulk(size));
    settle();
    expect(done).toEqual([200_000, 10_485_760, 300_000, 10_485_760]);
  });
});
