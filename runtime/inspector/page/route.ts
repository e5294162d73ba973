/** Where somebody is on the page: a view, of what, and at which moment. */
export interface Route {
  /** `tree`, `actor`, `timeline`, … */
  readonly view: string;
  /** What follows it: of `actor` its path. */
  readonly rest: string;
  /** A moment; none is now. */
  readonly atMs?: number;
  /** All else that the address says. */
  readonly query: Readonly<Record<string, string>>;
}

export const home: Route = { view: 'tree', rest: '', query: {} };

/** What `#/actor/workers/mailer?at=1200&kind=fact` says. */
export function routeOf(hash: string): Route {
  const [where = '', asked = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...rest] = where.split('/').map(decoded);
  const { at, ...query } = Object.fromEntries(new URLSearchParams(asked));
  const atMs = at === undefined || at === '' ? Number.NaN : Number(at);
  return {
    view: view === '' ? home.view : view,
    rest: rest.join('/'),
    ...(Number.isFinite(atMs) && atMs >= 0 && { atMs }),
    query,
  };
}

/** The address of a route, to be opened or sent to somebody. */
export function hashOf({ view, rest, atMs, query }: Partial<Route> & { view: string }): string {
  const asked = new URLSearchParams(query);
  if (atMs !== undefined) asked.set('at', String(Math.round(atMs * 10) / 10));
  const path = rest ? `/${rest.split('/').map(encodeURIComponent).join('/')}` : '';
  return `#/${view}${path}${asked.size > 0 ? `?${asked}` : ''}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
