import { jsonWeight } from '../actors/json-weight.ts';
import type { VmWork } from '../actors/vm.actor.ts';
import type { VmFault, VmOutcome } from '../actors/vm-drivers.ts';
import type { Containment, Log } from '../actors/world.ts';
import { type Code, describeError, HoldfastError } from './errors.ts';
import type { BoxCallOptions, HostFunction } from './options/sandbox.ts';
import { escapeSteering } from './steering.ts';

/** What a guest is given, and who hears of it. */
export interface GuestOrder extends BoxCallOptions {
  readonly code: string;
  /** As JSON. */
  readonly input: string;
  readonly host: Readonly<Record<string, HostFunction>>;
  readonly held: HostHeld;
}

/** Of one sandbox, over its calls: what functions of the host were given that still work on it. */
export interface HostHeld {
  bytes: number;
}

export interface GuestTools {
  readonly containment: Containment;
  readonly log: Pick<Log, 'error'>;
}

const HOST_NAME_MAX = 128;
const REFUSAL_CHARACTERS_MAX = 1_024;
const INPUT_BYTES_MAX = 16 * 1_048_576;

/** @throws {TypeError} for what JSON cannot say. @throws {RangeError} for what is too large. */
export function inputJson(input: unknown): string {
  const json = jsonOf(input);
  const bytes = Buffer.byteLength(json);
  if (bytes <= INPUT_BYTES_MAX) return json;
  throw new RangeError(`input must have at most ${INPUT_BYTES_MAX} bytes as JSON, got ${bytes}`);
}

function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input) ?? 'null';
  } catch {
    throw new TypeError('input must be JSON');
  }
}

/** The order as the guest's actor takes it: what an embedder wrote is contained. */
export function workOf(
  order: GuestOrder,
  { containment, log }: GuestTools,
  onOver: (outcome: VmOutcome) => void,
): VmWork {
  const over = new AbortController();
  const contained = <Value>(task: () => Value, onFailed: (error: unknown) => void): void => {
    const failed = (error: unknown): void => {
      log.error({ error: describeError(error) }, 'what serves a sandbox failed');
      onFailed(error);
    };
    containment.run({ uncaught: failed }, () => {
      try {
        task();
      } catch (error) {
        failed(error);
      }
    });
  };
  return {
    code: order.code,
    input: order.input,
    limits: { ...order, hostBytesMax: order.hostBytesMax - order.held.bytes },
    onPrinted: (text) =>
      contained(
        () => order.onPrinted?.(text),
        () => {},
      ),
    onHostCall: (name, input) =>
      new Promise((resolve, reject) => {
        const answer = Object.hasOwn(order.host, name) ? order.host[name] : undefined;
        if (answer === undefined) {
          const shown = escapeSteering(name.slice(0, HOST_NAME_MAX));
          return reject(new Error(`the host has no function ${shown}`));
        }
        const weight = jsonWeight(input);
        const asked = async (): Promise<void> => {
          const value = await answer(JSON.parse(input), { signal: over.signal });
          const output = JSON.stringify(value) ?? 'null';
          if (Buffer.byteLength(output) <= order.resultBytesMax) resolve(output);
          else reject(new Error(`the host answered more than ${order.resultBytesMax} bytes`));
        };
        const refuse = (error: unknown): void => reject(new Error(refusalOf(error)));
        const letGo = (): void => {
          order.held.bytes -= weight;
        };
        order.held.bytes += weight;
        contained(() => void asked().catch(refuse).finally(letGo), refuse);
      }),
    onOver: (outcome) => {
      over.abort(new HoldfastError('VM_CANCELLED', 'the sandbox waits for no answer any more'));
      onOver(outcome);
    },
  };
}

/** What the guest is told. Whatever was thrown, it may be no error, or one that throws again. */
const refusalOf = (error: unknown): string =>
  describeError(error).message.slice(0, REFUSAL_CHARACTERS_MAX);

const messageOf: Readonly<Record<Exclude<VmFault, 'VM_ERROR'>, (order: GuestOrder) => string>> = {
  VM_TIMEOUT: ({ timeoutMs }) => `the code did not end within ${timeoutMs} ms`,
  VM_CPU: ({ cpuMs }) => `the code took more than ${cpuMs} ms of CPU`,
  VM_MEMORY: () => 'the code took more memory than it may',
  VM_OUTPUT: ({ outputBytesMax, hostCallsMax, hostBytesMax }) =>
    `the code printed more than ${outputBytesMax} bytes, or asked the host more than ` +
    `${hostCallsMax} times, or more than ${hostBytesMax} bytes`,
  VM_RESULT: ({ resultBytesMax }) => `the output is no JSON, or has over ${resultBytesMax} bytes`,
  VM_PROTOCOL: () => 'the sandbox said what none of ours says',
  VM_CRASHED: () => 'the sandbox ended while the code ran',
  VM_CANCELLED: () => 'the call was given up',
};

/** @throws {HoldfastError} VM_…: what came of it, unless it is an output. */
export function outputOf(
  outcome: VmOutcome,
  order: GuestOrder,
  details: { readonly isolation: string },
): unknown {
  if (outcome.ok) {
    try {
      return JSON.parse(outcome.output);
    } catch {
      throw failed('VM_PROTOCOL', 'what the sandbox returned is no JSON', details, order);
    }
  }
  const { fault, message } = outcome;
  // The guest wrote it: a log or a terminal must not obey.
  const said = fault === 'VM_ERROR' ? escapeSteering(message) : messageOf[fault](order);
  throw failed(fault, said, details, order);
}

function failed(
  code: Code,
  message: string,
  details: { readonly isolation: string },
  { signal }: GuestOrder,
): HoldfastError {
  const isGivenUp = code === 'VM_CANCELLED' && signal?.aborted === true;
  return new HoldfastError(code, message, details, isGivenUp ? { cause: signal.reason } : {});
}
