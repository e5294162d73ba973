import { describe, expect, it } from 'vitest';
import { failRequest } from '../../../../actors/refusals.ts';
import { bulk, join, json } from '../joined.ts';

describe('a call', () => {
  it('is answered once, whatever its handler does', () => {
    const { a, b, said, settle } = join();
    b.serve = (call) => {
      call.answer(json(1));
      call.answer(json(2));
      call.fail(failRequest('HANDLER_FAILED'));
      void call.stream().write(json(3));
    };
    const { told } = a.ask('twice');
    settle();
    expect([told, said]).toEqual([[{ payload: json(1) }], ['a request 1', 'b response 1']]);
  });

  it('keeps nothing of the message that it came in while it is worked on', () => {
    const { a, b, settle } = join();
    a.ask('slow', json('here'));
    settle();
    expect([b.payloads, b.calls[0]?.payload.bytes.length]).toEqual([[json('here')], 0]);
  });

  it('says a message of any length, cut between two characters', () => {
    const { a, b, settle } = join();
    b.serve = (call) => {
      call.fail({ ...failRequest('HANDLER_FAILED'), message: '€'.repeat(1_000) });
    };
    const { told } = a.ask('long');
    settle();
    expect(told).toMatchObject([{ failure: { message: '€'.repeat(341) } }]);
  });

  it('is streamed 64 KiB or 64 items ahead of what is sent, and no further', async () => {
    const { a, b, step } = join();
    const made = new Map<string, number>();
    b.serve = async (call) => {
      const out = call.stream();
      const item = bulk(call.name === 'large' ? 10_000 : 0);
      for (let nth = 1; ; nth++) {
        made.set(call.name, nth);
        if (!(await out.write(item))) break;
      }
    };
    for (const name of ['large', 'empty']) a.ask(name);
    step(a, b);
    for (let n = 0; n < 1_000; n++) await Promise.resolve();
    expect(made).toEqual(new Map(Object.entries({ large: 7, empty: 65 })));
  });

  it('is made item by item while those of its connection are half a megabyte ahead', async () => {
    const { a, b, step } = join();
    let made = 0;
    b.serve = async (call) => {
      const out = call.stream();
      do made += 1;
      while (await out.write(bulk(10_000)));
    };
    for (let nth = 0; nth < 64; nth++) a.ask('watch');
    step(a, b);
    for (let n = 0; n < 1_000; n++) await Promise.resolve();
    // With the 53rd it is more than that: the 52 before were told to go on.
    expect(made).toBe(64 + 52);
  });

  it('that is cancelled is told so, once, also if it asks later', () => {
    const { a, b, settle } = join();
    const { cancel } = a.ask('slow');
    settle();
    cancel();
    settle();
    const ends: string[] = [];
    b.calls[0]?.onCancelled((because) => ends.push(because));
    expect(ends).toEqual(['cancelled']);
  });

  it('of which a part came in time fails at its deadline, and the rest is ignored', () => {
    const { a, b, said, clocks, step, settle, ledger } = join();
    const { told } = a.ask('big', bulk(200_000), 1_000);
    step(a, b);
    expect(ledger.heldBytes).toBeGreaterThan(0);
    clocks.b.advance(1_100);
    step(a, b);
    settle();
    expect([told, ledger.heldBytes]).toEqual([[{ failure: failRequest('REQUEST_TIMEOUT') }], 0]);
    expect(said).toEqual(['a request 1', 'a data 1', 'a data 1', 'b error 1']);
  });
});
