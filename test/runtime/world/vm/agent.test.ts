import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { agentFlags } from '../../../../runtime/world/vm/agent-flags.ts';
import { GuestLine } from '../../../../runtime/world/vm/guest-line.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

const program = fileURLToPath(new URL('../../../../runtime/world/vm/agent.mjs', import.meta.url));

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** An agent without a jail. `hear` waits for the next thing that it says. */
async function agent(flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, program, '3', '3'], {
    // What V8 says of a stack at its end is long.
    stdio: ['ignore', 'inherit', flags.length > 0 ? 'ignore' : 'inherit', 'pipe'],
  });
  ends.push(() => child.kill('SIGKILL'));
  const heard: unknown[] = [];
  const listeners: (() => void)[] = [];
  const tell = (what: unknown): void => {
    heard.push(what);
    listeners.shift()?.();
  };
  const hear = async (): Promise<unknown> => {
    if (heard.length === 0) await new Promise<void>((resolve) => listeners.push(resolve));
    return heard.shift();
  };
  const socket = child.stdio[3] as Duplex;
  const line = new GuestLine((bytes) => socket.write(bytes), {
    onReady: () => tell('ready'),
    onPrinted: (text) => tell({ printed: text }),
    onHostCall: (id, name, input) => tell({ id, name, input }),
    onOutcome: (outcome) => tell(outcome.ok ? JSON.parse(outcome.output) : outcome),
    onPong: (nonce) => tell({ pong: nonce }),
    onViolated: (because) => tell({ violated: because }),
  });
  // Reset, if it ends with something unread.
  socket.on('error', () => {});
  socket.on('data', (bytes) => line.receive(bytes));
  child.on('exit', (code) => tell({ exit: code }));
  expect(await hear()).toBe('ready');
  const call = (code: string, input: unknown = null, resultBytesMax = 1000) =>
    line.call({ code, input: JSON.stringify(input), resultBytesMax });
  return { line, hear, call, socket };
}

const error = (message: string) => ({ ok: false, fault: 'VM_ERROR', message });

describe('the agent of a guest', () => {
  it.each([
    ['the value of the last statement', 'const a = input.a; a + 1', { a: 1 }, 2],
    ['what that value comes to', 'Promise.resolve([input])', 'x', ['x']],
    ['null for undefined', 'undefined', null, null],
    ['null for what JSON leaves out', '(() => 1)', null, null],
    ['a name with what was thrown', 'throw new RangeError("no")', null, error('RangeError: no')],
    ['a text that was thrown', 'throw "no"', null, error('no')],
    ['nothing of what else was thrown', 'throw { name: 1, message: "x" }', null, error('')],
    ['nothing of a getter that throws', 'throw { get name() { throw 1 } }', null, error('')],
    ['a script, sloppy as written', 'with ({ b: 3 }) b', null, 3],
    ['a syntax error', 'let', null, error('ReferenceError: let is not defined')],
    [
      'no more of a message than 1,024 characters',
      'throw new Error("y".repeat(5000))',
      null,
      error(`Error: ${'y'.repeat(1017)}`),
    ],
  ])('returns %s', async (_, code, input, expected) => {
    const { call, hear } = await agent();
    call(code, input);
    expect(await hear()).toEqual(expected);
  });

  it.each([
    ['what is too large', '"é".repeat(600)', 'more than 1000 bytes'],
    ['a bigint', '1n', 'TypeError: Do not know how to serialize a BigInt'],
    ['what throws while it is said', '({ toJSON() { throw "no" } })', 'no'],
  ])('has no result for %s', async (_, code, message) => {
    const { call, hear } = await agent();
    call(code);
    expect(await hear()).toEqual({ ok: false, fault: 'VM_RESULT', message });
  });

  it('keeps var and functions for the next call, let and const for none', async () => {
    const { call, hear } = await agent();
    for (const expected of [1, 2, 3]) {
      call('var n = (globalThis.n ?? 0) + 1; const once = n; once');
      expect(await hear()).toBe(expected);
    }
  });

  it('shows a guest nothing but the language and what is ours', async () => {
    const { call, hear } = await agent();
    const names = 'process require fetch setTimeout Buffer WebAssembly Atomics describe input host';
    call('input.map((name) => typeof globalThis[name])', names.split(' '));
    expect(await hear()).toEqual([...Array(8).fill('undefined'), 'object', 'object']);
  });

  it.each([
    ['a failed import', 'import("fs").catch(own)', 1],
    [
      'an import by code of a promise',
      'Promise.resolve(\'import("fs")\').then(eval).catch(own)',
      1,
    ],
    ['printing where the stack ends', 'dive(() => console.log(""))', 'some'],
    ['asking where the stack ends', 'dive(() => host.call("").catch(own))', 'some'],
  ])('hands a guest errors of its own realm alone: of %s', async (_, code, expected) => {
    const { call, hear } = await agent(agentFlags);
    call(`
      const caught = [];
      const own = (error) => void caught.push(error instanceof Error);
      const dive = (act) => {
        let tries = 2000;
        (function down() {
          try { down(); } catch {}
          if (tries-- > 0) try { act(); } catch (error) { own(error); }
        })();
      };
      Promise.resolve(${code}).then(() => [caught.filter((is) => !is).length, caught.length])`);
    let heard = await hear();
    while (!Array.isArray(heard)) heard = await hear();
    const [foreign, all] = heard;
    expect([foreign, expected === 'some' ? all > 0 && 'some' : all]).toEqual([0, expected]);
  });

  it('lets what a guest finds outside of its realm make no code, and be as it was', async () => {
    const { call, hear } = await agent(agentFlags);
    call(`
      let found;
      const keep = (error) => { if (!(error instanceof Error)) found ??= error; };
      let tries = 2000;
      (function down() {
        try { down(); } catch {}
        if (tries-- > 0) try { import('fs').catch(keep); } catch {}
      })();
      Promise.resolve().then(() => {}).then(() => {}).then(() => {
        const { constructor } = found;
        const attempts = [
          () => constructor.constructor('return process')(),
          () => { 'use strict'; Object.getPrototypeOf(constructor.prototype).leak = 1; },
        ];
        return attempts.map((act) => { try { return act(); } catch (e) { return e.name; } });
      })`);
    expect(await hear()).toEqual(['EvalError', 'TypeError']);
  });

  it('prints, a space between and a line after', async () => {
    const { call, hear } = await agent();
    call('console.log("a", 1, { b: [2] }, undefined); console.error("c")');
    expect([await hear(), await hear(), await hear()]).toEqual([
      { printed: 'a 1 {"b":[2]} undefined\n' },
      { printed: 'c\n' },
      null,
    ]);
  });

  it('prints a long text in pieces that each are whole', async () => {
    const { call, hear } = await agent();
    call('console.log("x" + "🏠".repeat(10_000))');
    const pieces = [await hear(), await hear()];
    expect(pieces).toEqual([
      { printed: `x${'🏠'.repeat(8191)}` },
      { printed: `${'🏠'.repeat(1809)}\n` },
    ]);
  });

  it('asks the host, and gets what the host says', async () => {
    const { line, call, hear } = await agent();
    call('host.call("sum", [1, 2]).then((n) => host.call("none").catch((e) => [n, e.message]))');
    expect(await hear()).toEqual({ id: 1, name: 'sum', input: '[1,2]' });
    line.answer(1, { output: '3' });
    expect(await hear()).toEqual({ id: 2, name: 'none', input: 'null' });
    line.answer(2, { refused: 'there is none' });
    expect(await hear()).toEqual([3, 'there is none']);
  });

  it('says the truth though the guest turned every global around', async () => {
    const { call, hear } = await agent();
    call(`
      Object.prototype.val = 'pwn'; Object.prototype.get = () => 0;
      JSON.stringify = () => '{"id":0}'; JSON.parse = () => 0; Promise.prototype.then = () => {};
      Array.prototype.join = () => 'pwn'; Array.prototype.map = () => 0; globalThis.eval = 0;
      ({ a: 1 })`);
    expect(await hear()).toEqual({ a: 1 });
    call('console.log("b"); input', { c: 2 });
    expect([await hear(), await hear()]).toEqual([{ printed: 'b\n' }, { c: 2 }]);
  });

  it('answers a ping while a call waits, and lives through what is left behind', async () => {
    const { line, call, hear } = await agent();
    call('Promise.reject(1); new Promise(() => {})');
    line.ping('n-1');
    expect(await hear()).toEqual({ pong: 'n-1' });
  });

  it('is silent between calls', async () => {
    const { line, call, hear } = await agent();
    call('host.call("wait").then(() => host.call("late").catch(() => console.log("late"))); 1');
    expect([await hear(), await hear()]).toEqual([{ id: 1, name: 'wait', input: 'null' }, 1]);
    line.answer(1, { output: '1' });
    line.ping('n-1');
    expect(await hear()).toEqual({ pong: 'n-1' });
  });

  it('answers no ping if it could not take the seed', async () => {
    const { line, hear, socket } = await agent();
    line.seed('00', 0);
    line.ping('n-1');
    socket.end();
    expect(await hear()).toEqual({ exit: 0 });
  });

  it('copies a large input once, however many pieces it comes in', async () => {
    const noted = join(temporaryDirectory(), 'copied');
    const counting = `
      import { writeFileSync } from 'node:fs';
      let copied = 0;
      const { concat } = Buffer;
      const { copy } = Buffer.prototype;
      Buffer.concat = (...given) => {
        const all = concat(...given);
        copied += all.length;
        return all;
      };
      Buffer.prototype.copy = function (...given) {
        const taken = copy.apply(this, given);
        copied += taken;
        return taken;
      };
      process.on('exit', () => writeFileSync(${JSON.stringify(noted)}, String(copied)));`;
    const preloaded = `data:text/javascript,${encodeURIComponent(counting)}`;
    const { call, hear, socket } = await agent(['--import', preloaded]);
    call('input.length', 'x'.repeat(9 * 2 ** 20));
    expect(await hear()).toBe(9 * 2 ** 20);
    socket.end();
    expect(await hear()).toEqual({ exit: 0 });
    expect(Number(readFileSync(noted, 'utf8')) / 2 ** 20).toBeLessThan(10);
  });

  it('ends when its host does', async () => {
    const { hear, socket } = await agent();
    socket.end();
    expect(await hear()).toEqual({ exit: 0 });
  });
});
