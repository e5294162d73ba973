import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { realmEscapes } from '../../../../runtime/world/vm/realm-escapes.ts';

/** What the script comes to in a realm that was given these. */
const found = (given: object): Promise<unknown> =>
  runInContext(realmEscapes, createContext(given, { codeGeneration: { strings: true } }));

const nothing = (): void => {};
const silent = { console: { log: nothing }, host: { call: () => new Promise(nothing) } };

it('finds the way out by the error of an import that Node refuses', async () => {
  expect(await found(silent)).toMatch(/process/);
});

it('finds what is in the global scope, and should not be', async () => {
  expect(await found({ ...silent, require: 1 })).toMatch(/require/);
});
