import { createContext, Script } from 'node:vm';
import { expect, it } from 'vitest';
import { realmSource } from '../../../../runtime/world/vm/realm.mjs';

type Said = readonly [number, unknown];

function furnished() {
  const said: Said[] = [];
  const context = createContext({ __proto__: null, fetch: 1, process: 1 });
  const say = (kind: number, json: string): number => said.push([kind, JSON.parse(json)]);
  const run = (code: string): unknown => new Script(code).runInContext(context);
  const furnish: unknown = run(realmSource);
  if (typeof furnish !== 'function') throw new Error('no function');
  const realm = furnish(say);
  return { said, realm, run };
}

it('leaves nothing in the global scope that is not of the language', () => {
  const { realm, run } = furnished();
  expect(realm.strays).toBe('');
  const names = '["fetch", "process", "WebAssembly", "SharedArrayBuffer"]';
  expect(run(`${names}.filter((name) => name in globalThis).join()`)).toBe('');
});

it('answers with what was there before the guest, whatever it does since', async () => {
  const { said, realm, run } = furnished();
  const poison = 'for (const o of [JSON, Object, String.prototype, Function.prototype, Promise])';
  run(`${poison} for (const k of Reflect.ownKeys(o)) try { o[k] = () => { throw 1 } } catch {}`);
  await realm.call('"console.log(\\"b\\", input); input"', '{"a":[1]}', 99);
  expect(said).toEqual([
    [2, 'b {"a":[1]}\n'],
    [4, { a: [1] }],
  ]);
});

it('belongs to one call: what is asked after it is refused, an answer is not heard', async () => {
  const { said, realm, run } = furnished();
  const code = 'var kept = host.call("a", [1]); kept.then(() => { got = 1 }); 0';
  await realm.call(JSON.stringify(code), 'null', 99);
  realm.answer(1, false, '5');
  await run('host.call("b").catch((error) => { late = error.message })');
  expect(said).toEqual([
    [3, { id: 1, name: 'a', input: '[1]' }],
    [4, 0],
  ]);
  expect(run('late + ("got" in globalThis)')).toBe('the call that this belongs to is overfalse');
});
