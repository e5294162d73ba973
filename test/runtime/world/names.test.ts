import { afterEach, describe, expect, it } from 'vitest';
import { names } from '../../../runtime/world/names.ts';
import { type Answer, nameServer } from './name-server.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serverWith(answer: Answer) {
  const server = await nameServer(() => answer);
  closing.push(server.close);
  return server;
}

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'none',
    (error: unknown) => Reflect.get(Object(error), 'code'),
  );

const NAME = '66.2.0.192.zen.example.org';
const live = new AbortController().signal;

describe('a name', () => {
  it('is asked of the server that is given, and so is how long that holds', async () => {
    const server = await serverWith({ address: '127.0.0.4', ttlS: 900 });
    const found = await names.resolve(NAME, live, [server.address]);
    expect(found).toEqual([{ address: '127.0.0.4', ttlS: 900 }]);
    expect(server.asked).toEqual([NAME]);
  });

  it('that is not there has no address', async () => {
    const server = await serverWith('absent');
    expect(await names.resolve(NAME, live, [server.address])).toEqual([]);
  });

  it('is unknown if the server fails', async () => {
    const server = await serverWith('failing');
    expect(await codeOf(names.resolve(NAME, live, [server.address]))).toBe('ESERVFAIL');
  });

  it.each(['silent', 'garbage'] as const)(
    'is given up when it is not wanted any more, of a server that is %s',
    async (answer) => {
      const controller = new AbortController();
      const server = await nameServer(() => {
        setImmediate(() => controller.abort());
        return answer;
      });
      closing.push(server.close);
      const asked = names.resolve(NAME, controller.signal, [server.address]);
      expect(['ECANCELLED', 'EBADRESP']).toContain(await codeOf(asked));
    },
  );

  it('is not looked for by who has given up already', async () => {
    const reason = new Error('over');
    const asked = names.resolve('example.invalid', AbortSignal.abort(reason), []);
    await expect(asked).rejects.toBe(reason);
  });
});
