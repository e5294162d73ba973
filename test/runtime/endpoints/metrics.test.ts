import { expect, it } from 'vitest';
import { metricsOf } from '../../../runtime/endpoints/metrics.ts';
import { exposed } from '../../../runtime/endpoints/open-metrics.ts';
import { reportOf } from '../../../runtime/health-report.ts';
import { diagnosedStage } from './stage.fixture.ts';

const sampled = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('a runtime is told of in numbers', async () => {
  const { diagnosed, breakers, how } = await diagnosedStage();
  breakers.get('a "b"\nc');
  how.report = reportOf(
    { isStarted: true, isAccepting: true },
    {
      loop: {
        ...{ status: 'warn', affects: 'nothing', atMs: 0, sinceMs: 0 },
        observed: { value: 12, unit: 'ms' },
      },
    },
  );
  const samples = sampled(exposed(metricsOf(diagnosed, 2), 'openMetrics'));
  expect(samples.filter((line) => !/^holdfast_(audit|peer)/.test(line))).toEqual([
    'holdfast_runtime{name="shop"} 1',
    'holdfast_actors 0',
    'holdfast_mode{of="audit",holdfast_mode="readWrite"} 1',
    'holdfast_mode{of="audit",holdfast_mode="spooling"} 0',
    'holdfast_mode{of="audit",holdfast_mode="readOnly"} 0',
    'holdfast_mode{of="audit",holdfast_mode="failed"} 0',
    'holdfast_diagnostics_refused_total 2',
    'holdfast_health{holdfast_health="pass"} 0',
    'holdfast_health{holdfast_health="warn"} 1',
    'holdfast_health{holdfast_health="fail"} 0',
    'holdfast_ready 1',
    'holdfast_health_check{check="loop",holdfast_health_check="pass"} 0',
    'holdfast_health_check{check="loop",holdfast_health_check="warn"} 1',
    'holdfast_health_check{check="loop",holdfast_health_check="fail"} 0',
    'holdfast_health_observed{check="loop",unit="ms"} 12',
    'holdfast_breakers{gate="admitting"} 1',
    'holdfast_breakers{gate="probing"} 0',
    'holdfast_breakers{gate="rejecting"} 0',
    'holdfast_breaker_gate{breaker="a \\"b\\"\\nc",holdfast_breaker_gate="admitting"} 1',
    'holdfast_breaker_gate{breaker="a \\"b\\"\\nc",holdfast_breaker_gate="probing"} 0',
    'holdfast_breaker_gate{breaker="a \\"b\\"\\nc",holdfast_breaker_gate="rejecting"} 0',
    'holdfast_breaker_isolated{breaker="a \\"b\\"\\nc"} 0',
    'holdfast_breaker_calls{breaker="a \\"b\\"\\nc"} 0',
    'holdfast_breaker_failures{breaker="a \\"b\\"\\nc"} 0',
    'holdfast_breaker_refused{breaker="a \\"b\\"\\nc"} 0',
  ]);
});

it('however many breakers, checks and modes there are, there are only so many series', async () => {
  const { diagnosed, breakers, how } = await diagnosedStage();
  const names = Array.from({ length: 1_000 }, (_, nth) => `n${nth}`);
  for (const name of names) breakers.get(name);
  const result = { status: 'pass', affects: 'nothing', atMs: 0, sinceMs: 0 } as const;
  const of = <Value>(value: Value) => Object.fromEntries(names.map((name) => [name, value]));
  how.report = reportOf({ isStarted: true, isAccepting: true }, of(result));
  const standings = () => of({ mode: 'normal' });
  const samples = sampled(exposed(metricsOf({ ...diagnosed, standings }, 0), 'text'));
  const counts = new Map<string, number>();
  for (const line of samples) {
    const [name = ''] = line.split(/[{ ]/, 1);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  // Of a hundred each, in one of three states.
  expect(Math.max(...counts.values())).toBe(300);
  expect(samples).toContain('holdfast_breakers{gate="admitting"} 1000');
});

it('no series is told twice', async () => {
  const { diagnosed, breakers } = await diagnosedStage();
  for (const word of ['hunter2hunter2', 'swordfish1234']) breakers.get(`psp?token=${word}`);
  const modes = ['sk_live_hunter2hunter2', 'sk_live_swordfish1234'];
  const standings = () => Object.fromEntries(modes.map((name) => [name, { mode: 'open' }]));
  const told = metricsOf({ ...diagnosed, standings }, 0);
  const names = sampled(exposed(told, 'text')).map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(new Set(names).size).toBe(names.length);
});
