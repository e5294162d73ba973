import { describe, expect, it } from 'vitest';
import {
  contentTypes,
  exposed,
  expositionFor,
  type Metric,
} from '../../../runtime/endpoints/open-metrics.ts';

const metrics: readonly Metric[] = [
  { name: 'holdfast_up', kind: 'gauge', help: 'Whether it is up.', series: [{ value: 1 }] },
  {
    name: 'holdfast_calls',
    kind: 'counter',
    help: 'Calls.',
    series: [
      { labels: { name: 'a\\b "c"\nd\re', way: 'in' }, value: 2.5 },
      { labels: { name: '\ud800é' }, value: Number.POSITIVE_INFINITY },
      { labels: { name: '' }, value: Number.NaN },
    ],
  },
];

describe('metrics', () => {
  it('name the states of a set in a label of their own, as the older format does, too', () => {
    const labels = (state: string) => ({ of: 'shop', holdfast_door: state });
    const series = [
      { labels: labels('open'), value: 1 },
      { labels: labels('shut'), value: 0 },
    ];
    const door: Metric = { name: 'holdfast_door', kind: 'stateset', help: 'The door.', series };
    const lines = [
      '# HELP holdfast_door The door.',
      'holdfast_door{of="shop",holdfast_door="open"} 1',
      'holdfast_door{of="shop",holdfast_door="shut"} 0',
    ];
    const told = (['openMetrics', 'text'] as const).map((as) => exposed([door], as).split('\n'));
    expect(told).toEqual([
      ['# TYPE holdfast_door stateset', ...lines, '# EOF', ''],
      ['# TYPE holdfast_door gauge', ...lines, ''],
    ]);
  });

  it('are told as OpenMetrics, to the last line', () => {
    expect(exposed(metrics, 'openMetrics').split('\n')).toEqual([
      '# TYPE holdfast_up gauge',
      '# HELP holdfast_up Whether it is up.',
      'holdfast_up 1',
      '# TYPE holdfast_calls counter',
      '# HELP holdfast_calls Calls.',
      'holdfast_calls_total{name="a\\\\b \\"c\\"\\nd\re",way="in"} 2.5',
      'holdfast_calls_total{name="\ufffdé"} +Inf',
      'holdfast_calls_total{name=""} NaN',
      '# EOF',
      '',
    ]);
  });

  it('are told as text, where a counter is named by its sample', () => {
    const lines = exposed(metrics, 'text').split('\n');
    expect(lines.filter((line) => line.startsWith('#'))).toEqual([
      '# TYPE holdfast_up gauge',
      '# HELP holdfast_up Whether it is up.',
      '# TYPE holdfast_calls_total counter',
      '# HELP holdfast_calls_total Calls.',
    ]);
  });

  it('are told as whoever asks prefers', () => {
    const prometheus =
      'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
    const preferences = {
      [prometheus]: 'openMetrics',
      'application/openmetrics-text': 'openMetrics',
      'text/plain, application/openmetrics-text;q=0.9': 'text',
      'text/plain, application/openmetrics-text': 'openMetrics',
      'application/openmetrics-text;q=0': 'text',
      'application/openmetrics-text;q=x': 'text',
      '*/*': 'text',
      ',;q=,;;': 'text',
      '': 'text',
    };
    const found = Object.keys(preferences).map((accept) => [accept, expositionFor(accept)]);
    expect(Object.fromEntries(found)).toEqual(preferences);
    expect(contentTypes).toEqual({
      openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      text: 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
});
