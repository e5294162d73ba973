import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { remoteOf, requestOf } from '../../../runtime/adapters/mounted.ts';

it('what comes to a framework is taken with what a page may ask, and nothing else', () => {
  const message = new IncomingMessage(new Socket());
  message.method = 'HEAD';
  message.headersDistinct.authorization = ['Bearer a', 'Bearer b'];
  message.headersDistinct.cookie = ['session=1'];
  const { method, url, headers } = requestOf('/metrics', message);
  expect([method, url, [...headers]]).toEqual([
    'HEAD',
    'http://mounted/metrics',
    [['authorization', 'Bearer a, Bearer b']],
  ]);
  expect(remoteOf(message)).toEqual({ remoteAddress: undefined });
});
