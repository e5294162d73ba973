import { expect, it } from 'vitest';
import { listenFailed } from '../../runtime/listen-failed.ts';

it('who cannot listen is told where, why, and by which code of the system', () => {
  const cause = new Error('listen EACCES');
  const error = listenFailed({ host: '::1', port: 80 }, 'EACCES', { cause });
  expect({ ...error, message: error.message, cause: error.cause }).toMatchObject({
    code: 'LISTEN_FAILED',
    recovery: 'operator',
    message: 'cannot listen at port 80 of ::1: this user may not listen there',
    details: { host: '::1', port: 80, reason: 'EACCES' },
    cause,
  });
  expect(listenFailed({ host: 'a', port: 1 }, 'EMFILE').message).toBe(
    'cannot listen at port 1 of a: EMFILE',
  );
});
