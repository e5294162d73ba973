import { describe, expect, it } from 'vitest';
import { postTo } from '../../../runtime/cli/witness-post.ts';
import { serve } from '../witness-server.ts';

const { signal } = new AbortController();
const answer = { status: 409, contentType: 'text/x.tlog.size' } as const;

describe('what is posted to a witness', () => {
  it('goes to add-checkpoint below its address, and comes back with its answer', async () => {
    const asked: string[] = [];
    const address = await serve({
      add: async (body) => {
        asked.push(Buffer.from(body).toString());
        return { ...answer, body: '7\n' };
      },
    });
    for (const url of [address, `${address}/`]) {
      expect(await postTo(new URL(url))('— old\n', { signal })).toEqual({
        status: 409,
        body: '7\n',
      });
    }
    expect(asked).toEqual(['— old\n', '— old\n']);
    expect((await postTo(new URL(`${address}/below`))('', { signal })).status).toBe(404);
  });

  it('is not answered at any length', async () => {
    const address = await serve({ add: async () => ({ ...answer, body: 'x'.repeat(65_537) }) });
    await expect(postTo(new URL(address))('', { signal })).rejects.toThrow(
      'it says more than 65536 bytes',
    );
  });

  it('is given up with its signal', async () => {
    const address = await serve({ add: () => new Promise(() => {}) });
    const controller = new AbortController();
    const posted = postTo(new URL(address))('', controller);
    controller.abort(new Error('no time'));
    await expect(posted).rejects.toThrow('no time');
  });
});
