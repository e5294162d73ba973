import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { inspector } from '../../../runtime/inspector/inspector.ts';
import type { InspectorOptionsInput } from '../../../runtime/options/inspector.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { settled } from '../audit-stage.ts';

type Ported = { readonly port?: number };

async function stage(options: InspectorOptionsInput = {}, diagnostics: Ported = { port: 9 }) {
  const world = simWorld({ seed: 1 });
  const rt = await createRuntime({ world, diagnostics, inspector: inspector(options) });
  onTestFinished(async () => void (await settled(world, rt.shutdown())));
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const { status } = await rt.fetch(new Request(`http://localhost${path}`, { headers }));
    return status;
  };
  return { rt, get };
}

it('a runtime with a port says where it is opened, with a token that nobody guesses', async () => {
  const { rt } = await stage();
  expect(rt.inspectorUrl).toMatch(/^http:\/\/127\.0\.0\.1:9\/inspector\/#token=[\w-]{43}$/);
  expect(rt.inspectorControlUrl).toBe(undefined);
  const { rt: other } = await stage({ token: 'correct.horse.battery', control: true });
  expect(other.inspectorUrl).toBe('http://127.0.0.1:9/inspector/#token=correct.horse.battery');
  expect(other.inspectorControlUrl).toMatch(/#token=[\w-]{43}$/);
});

it('without a port it is where it is mounted, and nowhere else', async () => {
  const token = 'correct.horse.battery';
  const { rt, get } = await stage({ token }, {});
  expect([rt.inspectorUrl, rt.inspectorControlUrl]).toEqual([undefined, undefined]);
  const bearing = { authorization: `Bearer ${token}` };
  expect([await get('/inspector/'), await get('/inspector/audit', bearing)]).toEqual([200, 200]);
  expect([await get('/inspector/audit'), await get('/inspectors', bearing)]).toEqual([401, 404]);
});

it('a runtime without one has no such place', async () => {
  const rt = await createRuntime({ world: simWorld({ seed: 1 }) });
  const { status, headers } = await rt.fetch(new Request('http://localhost/inspector/'));
  expect([status, headers.get('content-type'), rt.inspectorUrl]).toEqual([404, null, undefined]);
});

it('the token for commands is another than that for looking', () => {
  const token = 'correct.horse.battery';
  expect(() => inspector({ token, control: { token } })).toThrow(
    new RangeError('inspector.control.token must be another than inspector.token'),
  );
});

it('no token is shown with the runtime, nor with its part', async () => {
  const options = { token: 'correct.horse.battery', control: { token: 'another.horse.battery' } };
  const { rt } = await stage(options);
  const shown = inspect([rt, inspector(options)], { depth: 12, showHidden: true });
  expect(Object.values(options).filter((token) => shown.includes(`${token}`))).toEqual([]);
  expect(shown.includes('horse')).toBe(false);
});

it('what is no part of an inspector is refused', async () => {
  await expect(createRuntime({ inspector: Object({}) })).rejects.toThrow(
    'createRuntime.inspector must be what inspector() of holdfast/inspector gives',
  );
});
