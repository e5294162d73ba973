import type { Http } from '../../actors/http.ts';

/** Nobody asks anything over HTTP in a simulated world. */
export const lonelyHttp: Http = {
  listen: async ({ host, port }) => ({ url: `http://${host}:${port}`, close() {} }),
};
