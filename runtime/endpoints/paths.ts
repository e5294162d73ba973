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
