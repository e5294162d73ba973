import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { expect, it, onTestFinished } from 'vitest';
import { holdfast } from '../../../runtime/adapters/opentelemetry.ts';
import { createRuntime, type Runtime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { settled } from '../audit-stage.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

async function runtime(name: string): Promise<Runtime> {
  const world = simWorld({ seed: 1 });
  const rt = await createRuntime({ world, name });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  return rt;
}

function metered() {
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  const collected = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  };
  return { meter: provider.getMeter('shop'), collected };
}

/** As the runtime itself says it. */
const said = (rt: Runtime) =>
  rt
    .metrics()
    .filter(({ series }) => series.length > 0)
    .map(({ name, kind, help, series }) => ({
      ...{ name, help, isCounter: kind === 'counter' },
      points: series.map(({ labels, value }) => [{ ...labels, runtime: rt.name }, value]),
    }));

it('what /metrics says is read as instruments of the same names', async () => {
  const rt = await runtime('shop');
  const { meter, collected } = metered();
  holdfast(rt, meter);
  await collected();
  rt.breaker('prices');
  const read = (await collected()).map(({ descriptor, dataPointType, dataPoints }) => ({
    ...{ name: descriptor.name, help: descriptor.description },
    isCounter: dataPointType === DataPointType.SUM,
    points: dataPoints.map(({ attributes, value }) => [attributes, value]),
  }));
  expect(read).toEqual(said(rt));
  expect(read.map(({ name }) => name)).toContain('holdfast_breaker_gate');
});

const breakersOf = (rt: Runtime) =>
  rt.metrics().find(({ name }) => name === 'holdfast_breakers')?.series[0]?.value;

it('two runtimes share a meter, and one that is taken away is read no more', async () => {
  const [shop, till] = [await runtime('shop'), await runtime('till')];
  const { meter, collected } = metered();
  const read = async () => {
    const found = (await collected()).find(({ descriptor }) => /_breakers$/.test(descriptor.name));
    return found?.dataPoints.filter(({ attributes }) => attributes.gate === 'admitting');
  };
  const takeAway = holdfast(shop, meter);
  holdfast(till, meter);
  const before = breakersOf(shop);
  expect(await read()).toMatchObject([{ value: before }, { value: breakersOf(till) }]);
  takeAway();
  for (const rt of [shop, till]) rt.breaker('prices');
  expect(await read()).toMatchObject([{ value: before }, { value: breakersOf(till) }]);
  expect(breakersOf(shop)).not.toBe(before);
});
