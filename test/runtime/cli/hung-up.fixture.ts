import { PassThrough } from 'node:stream';

/** A pipe that nobody reads any more. */
export const hungUp = (): PassThrough =>
  new PassThrough({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('closed'), { code: 'EPIPE' })),
  });
