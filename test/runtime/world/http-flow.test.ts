import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { pour } from '../../../runtime/world/http-flow.ts';
import { bind } from '../../../runtime/world/strict-server.ts';
import { Stranger, until } from './web.fixture.ts';

/** Gives a piece whenever one is asked for, until it is told to end; and counts. */
class Source {
  readonly stream: ReadableStream<Uint8Array>;
  given = 0;
  isCancelled = false;
  mayEnd = false;

  constructor(piece: Uint8Array, count = Number.POSITIVE_INFINITY) {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      if (this.given < count) controller.enqueue(piece);
      else if (this.mayEnd) controller.close();
      else controller.error(new Error('broken'));
      this.given += 1;
    };
    const cancel = (): void => {
      this.isCancelled = true;
    };
    this.stream = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  }
}

async function pouring(source: Source, leaveMs = 600_000) {
  const server = createServer((_, response) => void pour(source.stream, response, leaveMs));
  onTestFinished(() => void server.close());
  const place = await bind(server, { host: '127.0.0.1', port: 0 });
  return new Stranger(Number(place.split(':')[1]));
}

const ask = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const large = Buffer.alloc(4 * 1024 * 1024, 'x');

it('what comes leaves piece by piece, and then it is over', async () => {
  const source = new Source(Buffer.from('well'), 3);
  source.mayEnd = true;
  const told = await (await pouring(source)).say(ask).told();
  expect(told.split('\r\n\r\n')[1]).toBe('4\r\nwell\r\n4\r\nwell\r\n4\r\nwell\r\n0');
});

it('what breaks is cut off, so that nobody takes it for the whole', async () => {
  const told = await (await pouring(new Source(Buffer.from('well'), 1))).say(ask).told();
  expect([told.includes('well'), told.endsWith('0\r\n\r\n')]).toEqual([true, false]);
});

it('it ends with whoever asked', async () => {
  const source = new Source(large);
  const stranger = (await pouring(source)).say(ask);
  await until(() => stranger.heard.includes('xxx'));
  stranger.socket.destroy();
  await until(() => source.isCancelled);
});

it('who does not read is dropped, and no more is made meanwhile', async () => {
  const source = new Source(large);
  const stranger = await pouring(source, 50);
  stranger.socket.pause();
  stranger.say(ask);
  await until(() => source.isCancelled);
  expect(source.given < 8).toBe(true);
});
