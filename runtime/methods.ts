import type { Call } from '../actors/peer/requests/call.ts';
import { type Failure, failRequest } from '../actors/refusals.ts';
import type { Containment, Log } from '../actors/world.ts';
import { type Isolation, levelWithin } from '../machines/isolation.ts';
import { isAtLeast, type Level } from '../machines/trust.ts';
import type { Clock } from '../storage/ports.ts';
import { describeError, HoldfastError } from './errors.ts';
import type { HandleOptions, StandardSchema } from './options/peer.ts';
import type { ModeGate } from './own-modes.ts';
import { decode, payloadOf } from './payload.ts';
import type { Peer } from './peer.ts';
import { RequestRefusal } from './request-refusal.ts';

/** What a handler is told of the request that it answers. */
export interface RequestContext {
  /** Who asks. */
  readonly peer: Peer;
  /** Aborts when the caller gives up, is gone, or has waited long enough. */
  readonly signal: AbortSignal;
  /** How many milliseconds the caller waits from now on. */
  readonly deadlineMs: number;
}

/**
 * Answers a request: with JSON, bytes or nothing; or with an async iterable of those, which is
 * streamed. What it throws, but for a RequestRefusal, its caller does not see.
 */
export type Handler<Input> = (input: Input, context: RequestContext) => unknown;

interface Method extends Omit<HandleOptions, 'sandbox' | 'mode'> {
  readonly gate?: ModeGate | undefined;
  /** Of the code that answers, if it is no function of ours. */
  readonly floor?: Isolation | undefined;
  readonly handler: Handler<never>;
}

export interface MethodTools {
  readonly clock: Clock;
  readonly containment: Containment;
  readonly log: Pick<Log, 'error'>;
  readonly isReadOnly: () => boolean;
  /** Whether some isolation that strong can be had. */
  readonly isHopeful: (floor: Isolation) => boolean;
}

const METHODS_MAX = 10_000;

/** The methods that peers may ask for, and the way of a request through them. */
export class Methods {
  readonly #tools: MethodTools;
  readonly #byName = new Map<string, Method>();

  constructor(tools: MethodTools) {
    this.#tools = tools;
  }

  add(name: string, options: Omit<Method, 'handler'>, handler: Handler<never>): void {
    if (this.#byName.has(name)) throw new RangeError(`method "${name}" has a handler already`);
    if (this.#byName.size >= METHODS_MAX) {
      throw new RangeError(`there may be at most ${METHODS_MAX} methods`);
    }
    this.#byName.set(name, { ...options, handler });
  }

  /** How high a level reaches at those that a sandbox serves. */
  sandboxedLevel(level: Level): Level {
    return levelWithin(level, this.#tools.isHopeful);
  }

  /** Why a request is refused before its payload has come; undefined if it is not. */
  refusalOf(name: string, level: Level): Failure | undefined {
    const method = this.#byName.get(name);
    if (method === undefined) return failRequest('METHOD_UNKNOWN');
    if (!isAtLeast(level, method.level)) return failRequest('LEVEL_TOO_LOW');
    const { floor } = method;
    if (floor !== undefined && !this.#tools.isHopeful(floor)) {
      return failRequest('ISOLATION_UNAVAILABLE');
    }
    const { gate } = method;
    if (gate?.isRefusing === true) return failRequest('MODE_REFUSING');
    const isReadOnly = gate?.isReadOnly === true || this.#tools.isReadOnly();
    return method.effect === 'write' && isReadOnly ? failRequest('READ_ONLY') : undefined;
  }

  /** `onInvalid` is called if its payload is not what the method takes. */
  serve(call: Call, peer: Peer, onInvalid: () => void): void {
    const method = this.#byName.get(call.name);
    if (method === undefined) return call.fail(failRequest('METHOD_UNKNOWN'));
    const decoded = decode(call.payload);
    if (!decoded.ok) {
      onInvalid();
      return call.fail(failRequest('PAYLOAD_INVALID'));
    }
    const run = (input: unknown): void => this.#run(call, peer, method, input);
    if (method.input === undefined) return run(decoded.value);
    this.#validate(call, method.input, decoded.value, run, onInvalid);
  }

  /** A schema is code of the embedder as well, and may be slow or throw. */
  #validate(
    call: Call,
    schema: StandardSchema,
    value: unknown,
    run: (input: unknown) => void,
    onInvalid: () => void,
  ): void {
    const judge = (result: Awaited<ReturnType<StandardSchema['~standard']['validate']>>): void => {
      if (result.issues === undefined) return run(result.value);
      onInvalid();
      call.fail(invalid(result.issues));
    };
    this.#contained(call, () => {
      const result = schema['~standard'].validate(value);
      if (isThenable(result)) Promise.resolve(result).then(judge).catch(this.#failing(call));
      else judge(result);
    });
  }

  #run(call: Call, peer: Peer, { handler }: Method, input: unknown): void {
    this.#contained(call, () => {
      const serving = new Serving(call, peer, this.#tools.clock);
      const answer = handler(input as never, serving);
      if (!isThenable(answer)) return this.#answering(call)(answer);
      Promise.resolve(answer).then(this.#answering(call), this.#failing(call));
    });
  }

  #contained(call: Call, work: () => void): void {
    const failing = this.#failing(call);
    this.#tools.containment.run({ uncaught: failing }, () => {
      try {
        work();
      } catch (error) {
        failing(error);
      }
    });
  }

  readonly #answering =
    (call: Call) =>
    (answer: unknown): void => {
      if (isIterable(answer)) {
        void stream(call, answer).catch(this.#failing(call));
        return;
      }
      try {
        call.answer(payloadOf('the answer', answer));
      } catch (error) {
        this.#failing(call)(error);
      }
    };

  readonly #failing =
    (call: Call) =>
    (error: unknown): void => {
      if (!(error instanceof RequestRefusal) && !isGivenUp(error)) {
        const { name } = call;
        this.#tools.log.error({ method: name, error: describeError(error) }, 'a handler failed');
      }
      call.fail(failureOf(error));
    };
}

/** One request that is being answered. */
class Serving implements RequestContext {
  readonly peer: Peer;
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #untilMs: number;
  #controller: AbortController | undefined;

  constructor(call: Call, peer: Peer, clock: Clock) {
    this.peer = peer;
    this.#call = call;
    this.#clock = clock;
    this.#untilMs = clock.monotonicMs() + call.timeoutMs;
  }

  get deadlineMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs());
  }

  /** Made when it is first looked at: most handlers never do. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    const reason = 'the caller waits for no answer any more';
    this.#call.onCancelled(() => controller.abort(new HoldfastError('REQUEST_CANCELLED', reason)));
    return controller.signal;
  }
}

/** Queries of many libraries are no promises of this realm, and JSON would make `{}` of them. */
const isThenable = <Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> =>
  typeof value === 'object' &&
  value !== null &&
  'then' in value &&
  typeof value.then === 'function';

/** What a handler throws that heeds its signal. */
function isGivenUp(error: unknown): boolean {
  if (error instanceof HoldfastError) return error.code === 'REQUEST_CANCELLED';
  return error instanceof Error && isGivenUp(error.cause);
}

const isIterable = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

async function stream(call: Call, answer: AsyncIterable<unknown>): Promise<void> {
  const outflow = call.stream();
  for await (const item of answer) {
    if (!(await outflow.write(payloadOf('an item of the answer', item)))) break;
  }
  outflow.end();
}

type Issues = readonly { readonly message: string; readonly path?: unknown }[];

const PATH_CHARACTERS_MAX = 200;

/** The path of the first issue alone: its message may hold what is secret. */
function invalid([issue]: Issues): Failure {
  const failure = failRequest('PAYLOAD_INVALID');
  const path = pathOf(issue?.path).slice(0, PATH_CHARACTERS_MAX);
  return path === '' ? failure : { ...failure, message: `${failure.message}: ${path}` };
}

function pathOf(path: unknown): string {
  if (!Array.isArray(path)) return '';
  const keys = path.map((step: unknown) =>
    typeof step === 'object' && step !== null && 'key' in step ? step.key : step,
  );
  return keys.map(String).join('.');
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof RequestRefusal)) return failRequest('HANDLER_FAILED');
  const { code, message, retryable, retryAfterMs } = error;
  return { code, message, retryable, retryAfterMs };
}
