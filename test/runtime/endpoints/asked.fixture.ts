import type { Asked } from '../../../actors/http.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What somebody asks; a header may stand there several times. */
export const asking = (target: string, headers: Headers = {}, method = 'GET'): Asked => ({
  method,
  target,
  valuesOf: (name) => [headers[name] ?? []].flat(),
});
