import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { bodyOf, isNoPage, remoteOf, requestOf } from '../../../runtime/adapters/mounted.ts';

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

it('an inspector is told, too, which page asks, and by what name', () => {
  const message = new IncomingMessage(new Socket());
  message.method = 'POST';
  const said = { host: 'a:9', origin: 'http://a:9', cookie: 'b=c', 'sec-fetch-site': 'none' };
  for (const [name, value] of Object.entries(said)) message.headersDistinct[name] = [value];
  message.headersDistinct['x-api-key'] = ['hunter2'];
  const { method, url, headers } = requestOf('/inspector/session?a=b', message);
  expect([method, url]).toEqual(['POST', 'http://mounted/inspector/session?a=b']);
  expect(Object.fromEntries(headers)).toEqual(said);
});

it('a body is sent as it comes, and given up once nobody takes it', async () => {
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
  };
  const start = (controller: ReadableStreamDefaultController): void => {
    controller.enqueue(Buffer.from('well'));
  };
  const body = bodyOf(new Response(new ReadableStream({ start, cancel })));
  const [first] = await body.take(1).toArray();
  expect([Buffer.from(first).toString(), isCancelled]).toEqual(['well', true]);
  expect(await bodyOf(new Response(null)).toArray()).toEqual([]);
});

it('what is no page at all goes on; what a page says it has not, does not', () => {
  const headers = { 'content-type': 'application/json' };
  const answers = [{ status: 404 }, { status: 404, headers }, { status: 401 }];
  expect(answers.map((init) => isNoPage(new Response(null, init)))).toEqual([true, false, false]);
});
