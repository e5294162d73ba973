import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Runtime } from '../runtime.ts';

/**
 * `holdfast(rt, metrics.getMeter('shop'))`: what `/metrics` says, as instruments of OpenTelemetry
 * by the same names, read whenever they are collected. Each point names its runtime in `runtime`.
 * Returns how to take them away again.
 */
export function holdfast(rt: Pick<Runtime, 'name' | 'metrics'>, meter: Meter): () => void {
  const instruments = new Map<string, Observable>();
  for (const { name, kind, help: description } of rt.metrics()) {
    const options = { description };
    const isCounter = kind === 'counter';
    instruments.set(
      name,
      isCounter
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options),
    );
  }
  const observe = (result: BatchObservableResult): void => {
    for (const { name, series } of rt.metrics()) {
      const instrument = instruments.get(name);
      if (instrument === undefined) continue;
      for (const { labels, value } of series) {
        result.observe(instrument, value, { ...labels, runtime: rt.name });
      }
    }
  };
  const observed = [...instruments.values()];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
