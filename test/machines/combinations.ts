import { type Combination, modesOf, type Promises, promisesOf } from '../../machines/promises.ts';

/** All of them: 144. */
export function combinations(): readonly Combination[] {
  const { audit, isolation, route, load } = modesOf;
  return audit.flatMap((a) =>
    isolation.flatMap((i) =>
      route.flatMap((r) => load.map((l) => ({ audit: a, isolation: i, route: r, load: l }))),
    ),
  );
}

export const charts = ['audit', 'isolation', 'route', 'load'] as const;

/** One thing that a promise may come to, and the modes that it takes: any of each chart. */
export interface Case {
  readonly promise: keyof Promises;
  readonly is: string;
  readonly while: { readonly [Chart in keyof Combination]: readonly string[] };
}

export const told = (value: Promises[keyof Promises]): string =>
  typeof value === 'string' ? value : value.join(', ') || 'refused';

const promises = Object.keys(
  promisesOf({ audit: 'readWrite', isolation: 'microvm', route: 'mesh', load: 'normal' }),
) as (keyof Promises)[];

/** What each promise may come to. */
export function cases(): readonly Case[] {
  return promises.flatMap((promise) => {
    const found = new Map<string, Combination[]>();
    for (const at of combinations()) {
      const is = told(promisesOf(at)[promise]);
      found.set(is, [...(found.get(is) ?? []), at]);
    }
    return [...found].flatMap(([is, those]) =>
      products(those).map((of) => ({ promise, is, while: of })),
    );
  });
}

/** Splits combinations into such as are all those of some modes of each chart. */
function products(those: readonly Combination[]): Case['while'][] {
  const of = {
    audit: [...new Set(those.map(({ audit }) => audit))],
    isolation: [...new Set(those.map(({ isolation }) => isolation))],
    route: [...new Set(those.map(({ route }) => route))],
    load: [...new Set(those.map(({ load }) => load))],
  };
  const size = charts.reduce((product, chart) => product * of[chart].length, 1);
  if (size === those.length) return [of];
  for (const chart of charts) {
    const counts = countsOf(those, chart);
    const most = Math.max(...counts.values());
    const full = those.filter((each) => counts.get(each[chart]) === most);
    if (full.length === those.length) continue;
    const rest = those.filter((each) => !full.includes(each));
    return [...products(full), ...products(rest)];
  }
  throw new Error('no product, and nothing to split it by');
}

/** With how many combinations of the others each of its modes comes. */
function countsOf(those: readonly Combination[], chart: keyof Combination): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of those) counts.set(each[chart], (counts.get(each[chart]) ?? 0) + 1);
  return counts;
}
