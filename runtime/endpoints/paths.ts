/** Where a runtime says how it is. */
export const paths = [
  '/livez',
  '/readyz',
  '/startupz',
  '/healthz',
  '/metrics',
  '/diagnostics',
] as const;

export type Path = (typeof paths)[number];

export const isPage = (path: string): path is Path => paths.some((known) => known === path);

/** Where an inspector is served, if there is one. */
export const INSPECTOR = '/inspector';

export const isOfInspector = (path: string): boolean =>
  path === INSPECTOR || path.startsWith(`${INSPECTOR}/`);
