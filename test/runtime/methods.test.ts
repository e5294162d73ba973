import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Call, CallEnd, Outflow } from '../../actors/peer/requests/call.ts';
import type { Payload } from '../../actors/peer/requests/payload.ts';
import type { Failure } from '../../actors/refusals.ts';
import { type Handler, Methods, type RequestContext } from '../../runtime/methods.ts';
import type { HandleOptions } from '../../runtime/options/peer.ts';
import { decode, payloadOf } from '../../runtime/payload.ts';
import type { Peer } from '../../runtime/peer.ts';
import { redactor } from '../../runtime/redaction.ts';
import { RequestRefusal } from '../../runtime/request-refusal.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { containment } from '../../runtime/world/containment.ts';

const read: HandleOptions = { level: 'basic', effect: 'read' };
const peer = { id: 'till' } as Peer;

/** One request, and what came of it. */
class Asked implements Call, Outflow {
  readonly name = 'price';
  readonly payload: Payload;
  readonly timeoutMs = 1_000;
  readonly told: unknown[] = [];
  readonly #over = deferred();
  #listeners: ((because: CallEnd) => void)[] = [];
  roomFor = Number.POSITIVE_INFINITY;

  constructor(value: unknown) {
    this.payload = payloadOf('payload', value);
  }

  answer(payload: Payload): void {
    this.told.push({ answer: valueIn(payload) });
    this.#over.resolve();
  }

  fail({ code, message }: Failure): void {
    this.told.push(`${code}: ${message}`);
    this.#over.resolve();
  }

  stream(): Outflow {
    return this;
  }

  async write(payload: Payload): Promise<boolean> {
    this.roomFor -= 1;
    if (this.roomFor < 0) return false;
    this.told.push({ item: valueIn(payload) });
    return true;
  }

  end(): void {
    this.told.push('end');
    this.#over.resolve();
  }

  onCancelled(listener: (because: CallEnd) => void): void {
    this.#listeners.push(listener);
  }

  cancel(): void {
    for (const listener of this.#listeners) listener('cancelled');
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }
}

function deferred() {
  let resolve = (): void => {};
  const promise = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}

const valueIn = (payload: Payload): unknown => {
  const decoded = decode(payload);
  return decoded.ok ? decoded.value : 'unreadable';
};

function stage(isReadOnly = false) {
  const logged: unknown[] = [];
  const clock = new VirtualClock();
  const methods = new Methods({
    clock,
    containment,
    log: { error: (fields) => logged.push(fields) },
    isReadOnly: () => isReadOnly,
    isHopeful: () => true,
  });
  return { clock, methods, logged };
}

async function outcomeOf(handler: Handler<never>, value?: unknown, options = read) {
  const { methods, logged } = stage();
  const asked = new Asked(value);
  let invalid = 0;
  methods.add('price', options, handler);
  methods.serve(asked, peer, () => {
    invalid += 1;
  });
  await asked.over;
  return { told: asked.told, logged, invalid };
}

const aString = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string'
        ? { value: value.toUpperCase() }
        : { issues: [{ message: `secret ${value}`, path: ['order', { key: 'sku' }] }] },
  },
} as const;

describe('a method', () => {
  it('answers JSON, bytes or nothing, at once or later', async () => {
    const tea = { sku: 'tea' };
    const answers: Handler<never>[] = [
      () => tea,
      async () => tea,
      () => Uint8Array.of(1),
      () => {},
    ];
    const told = await Promise.all(answers.map(async (each) => (await outcomeOf(each)).told));
    const bytes = Uint8Array.of(1);
    expect(told).toEqual([
      [{ answer: tea }],
      [{ answer: tea }],
      [{ answer: bytes }],
      [{ answer: undefined }],
    ]);
  });

  it('waits for whatever has a `then`, as queries have, and its schema, too', async () => {
    const later: <Value>(value: Value) => PromiseLike<Value> = runInNewContext(
      '(value) => Promise.resolve(value)',
    );
    expect((await outcomeOf(() => later('tea'))).told).toEqual([{ answer: 'tea' }]);
    const { validate, ...standard } = aString['~standard'];
    const input = {
      '~standard': { ...standard, validate: (value: unknown) => later(validate(value)) },
    };
    expect((await outcomeOf((sku: string) => sku, 'tea', { ...read, input })).told).toEqual([
      { answer: 'TEA' },
    ]);
  });

  it('that heeds its signal is no failure to be logged', async () => {
    const { methods, logged } = stage();
    const asked = new Asked(undefined);
    methods.add('price', read, (_: unknown, { signal }) => sleep(1_000, undefined, { signal }));
    methods.serve(asked, peer, () => {});
    asked.cancel();
    await asked.over;
    expect([asked.told, logged]).toEqual([['HANDLER_FAILED: the handler failed'], []]);
  });

  it('gets what its schema makes of the payload, and nothing that it refuses', async () => {
    const options = { ...read, input: aString };
    expect((await outcomeOf((sku: string) => sku, 'tea', options)).told).toEqual([
      { answer: 'TEA' },
    ]);
    expect(await outcomeOf(() => 'called', 7, options)).toEqual({
      told: ['PAYLOAD_INVALID: the payload is not what the method takes: order.sku'],
      logged: [],
      invalid: 1,
    });
  });

  it('tells its caller a refusal, and of any other failure nothing', async () => {
    const failures: Handler<never>[] = [
      () => {
        throw new RequestRefusal('OUT_OF_STOCK', 'no tea');
      },
      async () => {
        throw new Error('password hunter2');
      },
      () => () => 'no JSON',
    ];
    const seen = await Promise.all(failures.map((each) => outcomeOf(each)));
    expect(seen.map(({ told }) => told)).toEqual([
      ['OUT_OF_STOCK: no tea'],
      ['HANDLER_FAILED: the handler failed'],
      ['HANDLER_FAILED: the handler failed'],
    ]);
    expect(seen.map(({ logged }) => logged.length)).toEqual([0, 1, 1]);
    expect(redactor.fields(seen[2]?.logged[0])).toEqual({
      method: 'price',
      error: { name: 'TypeError', message: 'the answer must be JSON or bytes, got function' },
    });
  });

  it('streams what it yields, and stops when nobody listens any more', async () => {
    let ended = 0;
    async function* count() {
      try {
        for (let n = 0; n < 3; n++) yield n;
      } finally {
        ended += 1;
      }
    }
    expect((await outcomeOf(count)).told).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }, 'end']);
    const { methods } = stage();
    const asked = new Asked(undefined);
    asked.roomFor = 1;
    methods.add('price', read, count);
    methods.serve(asked, peer, () => {});
    await asked.over;
    expect([asked.told, ended]).toEqual([[{ item: 0 }, 'end'], 2]);
  });

  it('is told how long its caller waits, and when it waits no more', async () => {
    const { clock, methods } = stage();
    const asked = new Asked(undefined);
    let context: RequestContext | undefined;
    methods.add('price', read, (_: unknown, given) => {
      context = given;
      return new Promise(() => {});
    });
    methods.serve(asked, peer, () => {});
    clock.advance(400);
    expect([context?.peer.id, context?.deadlineMs, context?.signal.aborted]).toEqual([
      'till',
      600,
      false,
    ]);
    asked.cancel();
    expect(context?.signal.reason).toMatchObject({ code: 'REQUEST_CANCELLED' });
  });

  it('is refused to whoever is trusted too little, and while nothing can be recorded', () => {
    const refusals = (isReadOnly: boolean) => {
      const { methods } = stage(isReadOnly);
      methods.add('get', read, () => {});
      methods.add('set', { level: 'privileged', effect: 'write' }, () => {});
      const asks = [
        ['none', 'critical'],
        ['get', 'untrusted'],
        ['get', 'basic'],
        ['set', 'verified'],
        ['set', 'privileged'],
      ] as const;
      return asks.map(([name, level]) => methods.refusalOf(name, level)?.code);
    };
    const usual = ['METHOD_UNKNOWN', 'LEVEL_TOO_LOW', undefined, 'LEVEL_TOO_LOW'];
    expect(refusals(false)).toEqual([...usual, undefined]);
    expect(refusals(true)).toEqual([...usual, 'READ_ONLY']);
  });

  it('has one handler', () => {
    const { methods } = stage();
    methods.add('get', read, () => {});
    expect(() => methods.add('get', read, () => {})).toThrow(
      new RangeError('method "get" has a handler already'),
    );
  });
});
