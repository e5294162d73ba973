import { expect, it } from 'vitest';
import { BoundedMemory } from '../../../../../runtime/world/vm/isolate/bounded-memory.mjs';
import { Engine, Starved } from '../../../../../runtime/world/vm/isolate/engine.mjs';
import { loadEngine } from '../../../../../runtime/world/vm/isolate/engine-file.ts';

async function started() {
  const said: unknown[] = [];
  const { module } = await loadEngine();
  const memory = new BoundedMemory(320, () => {});
  const engine = await Engine.start(module, memory, (...words) => said.push(words));
  return { engine, said, memory };
}

it('runs scripts, and tells what they came to from what they threw', async () => {
  const { engine } = await started();
  const { isThrown, value } = engine.run('"\\u20ac" + 1');
  expect([isThrown, engine.read(value)]).toEqual([false, '€1']);
  const thrown = engine.run('throw "no"');
  expect([thrown.isThrown, engine.read(thrown.value)]).toEqual([true, 'no']);
});

it('calls, is called, and runs what waits', async () => {
  const { engine, said } = await started();
  const code = '(say, text, number) => { Promise.resolve().then(() => say(number, text)) }';
  engine.call(engine.run(code).value, engine.newEar(), engine.textOf('ä'), engine.numberOf(7));
  expect(said).toEqual([]);
  expect(engine.runJobs(9)).toBe(false);
  expect(said).toEqual([[7, 'ä']]);
  engine.run('(async () => { for (let i = 0; i < 9; i += 1) await 0; })()');
  expect([engine.runJobs(5), engine.runJobs(5)]).toEqual([true, false]);
});

it('reads code to its end, whatever is in it', async () => {
  const { engine } = await started();
  expect(engine.read(engine.run('"a\0b".length + "\\ud800".length').value)).toBe('4');
});

it('goes no further without memory', async () => {
  const { engine, memory } = await started();
  expect(() => engine.run(' '.repeat(2 ** 25))).toThrow(Starved);
  expect(() => engine.textOf('x'.repeat(2 ** 25))).toThrow(Starved);
  expect(memory.isRefused).toBe(true);
});

it('takes no more for ten thousand calls than for a hundred', async () => {
  const { engine, memory } = await started();
  const callee = engine.run('(text) => ({ text })').value;
  const call = () => engine.free(engine.call(callee, engine.textOf('x'.repeat(1_000))).value);
  for (let count = 0; count < 100; count += 1) call();
  const before = memory.buffer.byteLength;
  for (let count = 0; count < 10_000; count += 1) call();
  expect(memory.buffer.byteLength).toBe(before);
});
