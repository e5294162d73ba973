import { AsyncResource } from 'node:async_hooks';
import {
  diffieHellman,
  generateKeyPairSync,
  getRandomValues,
  randomBytes,
  randomInt,
  scrypt,
  scryptSync,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { get } from 'node:http';
import timers from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createActor, setup } from 'xstate';
import { hearOutsideCalls } from '../../../runtime/world/outside-calls.ts';

const here = import.meta.url.replace('file://', '');

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SIGNED = new Uint8Array(1);

/** What a run called, and what it came to; places without line and column, if of this file. */
async function heard<Result>(work: () => Promise<Result>) {
  const [reads, waits]: [string[], string[]] = [[], []];
  const result = await hearOutsideCalls(work, ({ text, kind }) => {
    const [what = '', place = ''] = text.split(' at ');
    const isHere = new RegExp(`^${here}:\\d+:\\d+$`).test(place);
    const heard = kind === 'wait' ? waits : reads;
    const told = isHere ? what : text;
    if (heard.at(-1) !== told || kind !== 'wait') heard.push(told);
  });
  return { result, reads, waits };
}

describe('what a run calls of its process', () => {
  it('is heard with its place, and answered as ever', async () => {
    const { result, reads } = await heard(async () => [
      Date.now() > 0,
      new Date().getFullYear() > 0,
      new Date(7).getTime(),
      typeof Date(),
      performance.now() > 0,
      process.hrtime()[0] > 0,
      process.hrtime.bigint() > 0n,
      Math.random() < 1,
      crypto.randomUUID().length,
      randomBytes(3).length,
      getRandomValues(new Uint8Array(2)).length,
      process.memoryUsage().rss > 0,
      process.cpuUsage().user > 0,
      await timers.setImmediate('turned'),
      await timers.scheduler.yield(),
      await new Promise((resolve) => setImmediate(resolve, 'turned')),
    ]);
    expect(result).toEqual([
      ...[true, true, 7, 'string', true, true, true, true],
      ...[36, 3, 2, true, true, 'turned', undefined, 'turned'],
    ]);
    expect(reads).toEqual([
      ...['Date.now', 'new Date', 'Date', 'performance.now', 'process.hrtime'],
      ...['process.hrtime.bigint', 'Math.random', 'crypto.randomUUID', 'randomBytes'],
      ...['getRandomValues', 'process.memoryUsage', 'process.cpuUsage'],
      ...['timers.setImmediate', 'scheduler.yield', 'setImmediate'],
    ]);
  });

  it('is a wait if it is answered in real time', async () => {
    const { waits } = await heard(async () => {
      clearTimeout(setTimeout(() => {}, 1));
      clearInterval(setInterval(() => {}, 1));
      await timers.setTimeout(1);
      await fetch('data:,').then((answer) => answer.text());
      await stat('/');
      await new Promise((resolve) => scrypt('a', 'b', 8, resolve));
      await crypto.subtle.digest('SHA-256', new Uint8Array(1));
      AbortSignal.timeout(1);
      await new Promise((resolve) => get('http://127.0.0.1:1').on('error', resolve));
      new MessageChannel().port1.close();
    });
    expect(waits).toEqual([
      ...['setTimeout', 'setInterval', 'setTimeout', 'fetch', 'stat', 'scrypt'],
      ...['SubtleCrypto.digest', 'AbortSignal.timeout', 'get', 'MESSAGEPORT'],
    ]);
  });

  it('is none if it is answered at once, or says something', async () => {
    const { reads, waits } = await heard(async () => {
      scryptSync('a', 'b', 8);
      verify(null, SIGNED, publicKey, sign(null, SIGNED, privateKey));
      diffieHellman(generateKeyPairSync('x25519'));
      gzipSync('a');
      readFileSync('/dev/null');
      process.stdout.write('');
      await new Promise<void>((resolve) => process.nextTick(queueMicrotask, resolve));
      new AsyncResource('of a user').runInAsyncScope(() => {});
    });
    expect([reads, waits]).toEqual([[], []]);
  });

  it('is none if a test answers in place of fetch', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve('mocked'));
    const { result, waits } = await heard(() => fetch('http://127.0.0.1:1'));
    vi.unstubAllGlobals();
    expect([result, waits]).toEqual(['mocked', []]);
  });

  it('is told of a package that waits, with whoever called it, and is no wait', async () => {
    const light = setup({}).createMachine({
      initial: 'red',
      states: { red: { after: { 9: 'off' } }, off: {} },
    });
    const { reads, waits } = await heard(async () => createActor(light).start().stop());
    expect([reads, waits]).toEqual([['setTimeout by xstate'], []]);
  });

  it('is heard of by its own run alone, and by nobody afterwards', async () => {
    const [now, random, int] = [Date.now, Math.random, randomInt];
    const OriginalDate = Date;
    let late = (): void => {};
    const long = heard(async () => {
      await new Promise<void>((resolve) => {
        late = resolve;
      });
      return crypto.randomUUID().length;
    });
    const short = heard(async () => Math.random() < 1);
    Date.now();
    expect((await short).reads).toEqual(['Math.random']);
    late();
    expect((await long).reads).toEqual(['crypto.randomUUID']);
    expect([Date.now, Math.random, randomInt, Date]).toEqual([now, random, int, OriginalDate]);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
