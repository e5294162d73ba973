/** One series of a metric: its labels, and what it is now. */
export interface Series {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** Without `_total`, which counters get. */
  readonly name: string;
  /** A stateset has a label of its own name. */
  readonly kind: 'gauge' | 'counter' | 'stateset';
  /** One plain line. */
  readonly help: string;
  readonly series: readonly Series[];
}

export type Exposition = 'openMetrics' | 'text';

export const contentTypes: Readonly<Record<Exposition, string>> = {
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** OpenMetrics 1.0, or the text format of Prometheus before it. */
export function exposed(metrics: readonly Metric[], as: Exposition): string {
  const lines = metrics.flatMap((metric) => linesOf(metric, as));
  const end = as === 'openMetrics' ? '# EOF\n' : '';
  return `${lines.map((line) => `${line}\n`).join('')}${end}`;
}

function linesOf({ name, kind, help, series }: Metric, as: Exposition): readonly string[] {
  const sample = kind === 'counter' ? `${name}_total` : name;
  const family = as === 'openMetrics' ? name : sample;
  const type = kind === 'stateset' && as === 'text' ? 'gauge' : kind;
  return [
    `# TYPE ${family} ${type}`,
    `# HELP ${family} ${help}`,
    ...series.map(({ labels = {}, value }) => `${sample}${labelled(labels)} ${numeral(value)}`),
  ];
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Both formats end a line at a feed alone; half a letter is no UTF-8. */
const escaped = (value: string): string =>
  value.toWellFormed().replaceAll(/[\\"\n]/g, (char) => escapes[char] ?? char);

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}

/** What `Accept` prefers; text if it does not say. */
export function expositionFor(accept: string): Exposition {
  const weights = new Map<string, number>();
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    weights.set(type, Math.max(weights.get(type) ?? 0, weight));
  }
  const openMetrics = weights.get('application/openmetrics-text') ?? 0;
  return openMetrics > 0 && openMetrics >= (weights.get('text/plain') ?? 0)
    ? 'openMetrics'
    : 'text';
}
