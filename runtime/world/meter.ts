import { availableParallelism, totalmem } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Gauge, Meter, Reading } from '../../actors/world.ts';

/** Between two looks at the loop; a loop that is never late is found that much late as well. */
const RESOLUTION_MS = 10;

/** Of the machine or its container. A limit that was never set reads as 0, or as 2^64. */
function memoryBytesMax(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Of all memory, or of V8's heap, whichever is nearer to its end. */
function memoryRatio(): number {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  const resident = process.memoryUsage.rss() / memoryBytesMax();
  return Math.min(1, Math.max(resident, used_heap_size / heap_size_limit));
}

class ProcessGauge implements Gauge {
  readonly isSteady = false;
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #cpu = process.cpuUsage();
  #atMs = performance.now();

  constructor() {
    this.#loop.enable();
  }

  read(): Reading {
    const nowMs = performance.now();
    const cpu = process.cpuUsage();
    const passedMs = nowMs - this.#atMs;
    const usedMs = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1e3;
    const loopDelayMs = this.#loopDelayMs(passedMs);
    this.#loop.reset();
    this.#cpu = cpu;
    this.#atMs = nowMs;
    const cpuRatio = Math.min(1, usedMs / passedMs / availableParallelism());
    return { loopDelayMs, cpuRatio, memoryRatio: memoryRatio() };
  }

  /**
   * Trap: Node leaves out the first look after a reset, so that a loop that stands still from one
   * reading to the next would seem calm. What nobody looked at was late.
   */
  #loopDelayMs(passedMs: number): number {
    const { count, mean } = this.#loop;
    if (count === 0) return Math.max(0, passedMs - RESOLUTION_MS);
    const unseenMs = passedMs - (count * mean) / 1e6 - RESOLUTION_MS;
    return Math.max(0, this.#loop.percentile(99) / 1e6 - RESOLUTION_MS, unseenMs - RESOLUTION_MS);
  }

  close(): void {
    this.#loop.disable();
  }
}

/** The load of this process. */
export const meter: Meter = { open: () => new ProcessGauge() };
