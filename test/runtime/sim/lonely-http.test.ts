import { expect, it } from 'vitest';
import { lonelyHttp } from '../../../runtime/sim/lonely-http.ts';

it('nobody comes to the pages of a simulated world', async () => {
  const listening = await lonelyHttp.listen({ host: '127.0.0.1', port: 80 }, () => {
    throw new Error('somebody came');
  });
  expect(listening.url).toBe('http://127.0.0.1:80');
  expect(listening.close()).toBeUndefined();
});
