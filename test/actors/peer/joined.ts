import { type Account, Ledger } from '../../../actors/peer/ledger.ts';
import type { Asker } from '../../../actors/peer/requests/asked.ts';
import type { Call } from '../../../actors/peer/requests/call.ts';
import type { Items } from '../../../actors/peer/requests/items.ts';
import type { Payload } from '../../../actors/peer/requests/payload.ts';
import { Requests } from '../../../actors/peer/requests/requests.ts';
import type { ExchangeFrame, Frame } from '../../../actors/peer/wire/frame.ts';
import { readFrames } from '../../../actors/peer/wire/frame-reader.ts';
import { FrameWriter } from '../../../actors/peer/wire/frame-writer.ts';
import type { Failure } from '../../../actors/refusals.ts';
import { TimerWheel } from '../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { text } from '../../../storage/bytes.ts';

export const json = (value: unknown): Payload => ({
  encoding: 'json',
  bytes: text(JSON.stringify(value)),
});

/** Bytes that say where they stand, so that a lost or moved one shows. */
export function bulk(size: number, seed = 1): Payload {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + seed + (at >> 8)) & 255;
  return { encoding: 'bytes', bytes };
}

const copyOf = ({ encoding, bytes }: Payload): Payload => ({ encoding, bytes: bytes.slice() });

export const isExchange = (frame: Frame): frame is ExchangeFrame =>
  !['ping', 'pong', 'bye', 'pass', 'relay'].includes(frame.kind);

export const framesOf = (plain: Uint8Array): readonly Frame[] => {
  const frames = readFrames(plain);
  if ('violation' in frames) throw new Error(`wrote what nobody may: ${frames.violation}`);
  return frames;
};

export type Answered = { payload: Payload } | { items: Items } | { failure: Failure };

/** Remembers what it is told; settles `answer` with the first of it. */
export class Listener implements Asker {
  readonly told: Answered[] = [];
  readonly answer: Promise<Answered>;
  #resolve: (answered: Answered) => void = () => {};

  constructor() {
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  onAnswered(payload: Payload): void {
    this.#tell({ payload: copyOf(payload) });
  }

  onStreamed(items: Items): void {
    this.#tell({ items });
  }

  onFailed(failure: Failure): void {
    this.#tell({ failure });
  }

  #tell(answered: Answered): void {
    this.told.push(answered);
    this.#resolve(answered);
  }
}

/** One side of a connection, without crypto or socket. */
export class Side {
  readonly requests: Requests;
  readonly account: Account;
  readonly calls: Call[] = [];
  readonly payloads: Payload[] = [];
  readonly writer = new FrameWriter();
  isReady = false;
  readyCount = 0;
  admit: (name: string, size: number) => Failure | undefined = () => undefined;
  serve: (call: Call) => void = (call) => {
    this.calls.push(call);
    this.payloads.push(copyOf(call.payload));
  };

  constructor(role: 'initiator' | 'responder', deadlines: TimerWheel, ledger: Ledger) {
    this.account = ledger.open(role);
    this.requests = new Requests({
      role,
      deadlines,
      account: this.account,
      server: {
        admit: (name, size) => this.admit(name, size),
        serve: (call) => this.serve(call),
      },
      onReady: () => {
        if (this.isReady) throw new Error('told twice that it is ready');
        this.isReady = true;
        this.readyCount += 1;
      },
    });
  }

  ask(name: string, payload: Payload = json(null), timeoutMs = 30_000) {
    const listener = new Listener();
    const cancel = this.requests.ask(name, payload, timeoutMs, listener);
    return { listener, cancel, told: listener.told, answer: listener.answer };
  }

  /** The next message, if anything is to be said. */
  write(): Uint8Array | undefined {
    if (!this.isReady) return undefined;
    this.writer.clear();
    this.isReady = this.requests.fill(this.writer);
    if (this.writer.plain.length > 0) return this.writer.padded.slice();
    if (this.isReady) throw new Error('has more, and writes nothing');
    return new Uint8Array();
  }

  /** As a conversation does, which gives back what it has read. */
  read(plain: Uint8Array): string | undefined {
    if (plain.length === 0) return undefined;
    for (const frame of framesOf(plain)) {
      const violation = isExchange(frame) ? this.requests.receive(frame) : 'notOurs';
      if (violation !== undefined) return violation;
    }
    plain.fill(0);
    return undefined;
  }
}

/** Two sides, and the bytes between them. */
export function join() {
  const clocks = { a: new VirtualClock(0), b: new VirtualClock(0) };
  const clock = {
    advance: (ms: number): void => {
      clocks.a.advance(ms);
      clocks.b.advance(ms);
    },
    get pending(): number {
      return clocks.a.pending + clocks.b.pending;
    },
  };
  const ledger = new Ledger();
  const a = new Side('initiator', new TimerWheel(clocks.a), ledger);
  const b = new Side('responder', new TimerWheel(clocks.b), ledger);
  /** Each frame that was said, in order. */
  const said: string[] = [];
  const step = (from: Side, to: Side): boolean => {
    const plain = from.write();
    if (plain === undefined) return false;
    if (plain.length > 0) {
      for (const frame of framesOf(plain)) {
        said.push(`${from === a ? 'a' : 'b'} ${frame.kind} ${'id' in frame ? frame.id : ''}`);
      }
    }
    const violation = to.read(plain);
    if (violation !== undefined) throw new Error(`violated: ${violation}`);
    return true;
  };
  /** Until neither has anything to say. */
  const settle = (): void => {
    for (let goesOn = true; goesOn; ) {
      goesOn = step(a, b);
      goesOn = step(b, a) || goesOn;
    }
  };
  return { clock, clocks, ledger, a, b, said, step, settle };
}
