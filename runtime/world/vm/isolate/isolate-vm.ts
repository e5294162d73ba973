import { readFile } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import type {
  Vm,
  VmCall,
  VmEvents,
  VmEvidence,
  VmExit,
  VmOutcome,
  VmUsage,
} from '../../../../actors/vm-drivers.ts';
import type { Answer, Call, Ping, Pong, Said } from './guest.mjs';
import { type Heard, heardFrom } from './heard.ts';

const STATUS_LENGTH_MAX = 256;

/** A guest in a worker thread of its own. */
export class IsolateVm implements Vm {
  readonly evidence: VmEvidence;
  readonly #worker: Worker;
  readonly #events: VmEvents;
  readonly #gauge: Int32Array;
  readonly #thread: string;
  #resultBytesMax: number | undefined;
  /** As it said with what its last call came to, and no ping was answered since. */
  #isStill = false;
  #isKilled = false;
  #failure: Error | undefined;

  constructor(
    worker: Worker,
    events: VmEvents,
    gauge: Int32Array,
    thread: string,
    evidence: VmEvidence,
  ) {
    this.#worker = worker;
    this.#events = events;
    this.#gauge = gauge;
    this.#thread = thread;
    this.evidence = evidence;
    worker.on('message', (message: Said | Pong) => {
      if (message.type === 'pong') events.onPong(message.nonce);
      else this.#heard(message);
    });
    worker.on('error', (error) => {
      this.#failure = error;
    });
    worker.on('exit', (code) => events.onExited(this.#exitOf(code)));
  }

  call({ code, input, resultBytesMax }: VmCall): void {
    this.#resultBytesMax = resultBytesMax;
    this.#isStill = false;
    this.#say({ type: 'call', code: JSON.stringify(code), input, resultBytesMax });
  }

  answer(id: number, answer: { readonly output: string } | { readonly refused: string }): void {
    const isRefused = 'refused' in answer;
    this.#say({ type: 'answer', id, isRefused, text: isRefused ? answer.refused : answer.output });
  }

  ping(nonce: string): void {
    if (this.#isStill) queueMicrotask(() => this.#events.onPong(nonce));
    else this.#say({ type: 'ping', nonce });
    this.#isStill = false;
  }

  async usage(): Promise<VmUsage> {
    const memoryBytes = Atomics.load(this.#gauge, 1) * 1024;
    return { cpuMs: await this.#cpuMs(), memoryBytes };
  }

  kill(): void {
    this.#isKilled = true;
    void this.#worker.terminate();
  }

  #say(message: Call | Answer | Ping): void {
    this.#worker.postMessage(message);
  }

  #heard({ kind, json, isStarved, isStill }: Said): void {
    this.#isStill = isStill;
    Atomics.sub(this.#gauge, 0, json.length);
    Atomics.notify(this.#gauge, 0);
    const heard = heardFrom(kind, json);
    if (heard === undefined) this.#events.onViolated(`what it said is none of the kind ${kind}`);
    else if (heard.type === 'printed') this.#events.onPrinted(heard.text);
    else if (heard.type === 'hostCall') this.#events.onHostCall(heard.id, heard.name, heard.input);
    else this.#ended(heard, isStarved);
  }

  #ended(heard: Heard & { type: 'returned' | 'failed' }, isStarved: boolean): void {
    const bytesMax = this.#resultBytesMax;
    this.#resultBytesMax = undefined;
    if (bytesMax === undefined) this.#events.onViolated('it answers what it was not asked');
    else this.#events.onOutcome(outcomeOf(heard, isStarved, bytesMax));
  }

  /** What the system says of the thread; or where it says nothing, for how long it was awake. */
  async #cpuMs(): Promise<number> {
    if (this.#thread === '') return this.#worker.performance.eventLoopUtilization().active;
    const measured = await readFile(`/proc/${this.#thread}/schedstat`, 'utf8').catch(() => '0');
    return Number(measured.split(' ')[0]) / 1e6;
  }

  #exitOf(code: number): VmExit {
    if (this.#isKilled) return { because: 'killed', status: `exit ${code}` };
    const failure = this.#failure;
    const isStarved =
      failure !== undefined && Reflect.get(failure, 'code') === 'ERR_WORKER_OUT_OF_MEMORY';
    const status = failure === undefined ? `exit ${code}` : `${failure.name}: ${failure.message}`;
    return {
      because: isStarved ? 'memory' : 'crashed',
      status: status.slice(0, STATUS_LENGTH_MAX),
    };
  }
}

/** An engine that was refused memory says so with whatever it is able to throw, maybe with null. */
function outcomeOf(
  heard: Heard & { type: 'returned' | 'failed' },
  isStarved: boolean,
  bytesMax: number,
): VmOutcome {
  if (heard.type === 'failed') {
    const { message } = heard;
    const isMemory = isStarved || message === 'InternalError: out of memory';
    return { ok: false, fault: isMemory ? 'VM_MEMORY' : heard.fault, message };
  }
  const bytes = Buffer.byteLength(heard.output);
  if (bytes <= bytesMax) return { ok: true, output: heard.output };
  return { ok: false, fault: 'VM_RESULT', message: `${bytes} bytes of at most ${bytesMax}` };
}
