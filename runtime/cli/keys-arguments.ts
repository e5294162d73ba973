import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';
import { type KeyControlMethod, keyControlParams } from '../options/key-control.ts';
import { readOptions } from '../options/read.ts';
import {
  commonOf,
  type DirectoryArguments,
  directoryOptions,
  type Env,
} from './directory-arguments.ts';
import { Failure, misused } from './failure.ts';

export interface KeysCommand extends DirectoryArguments {
  readonly method: KeyControlMethod;
  readonly params: Readonly<Record<string, unknown>>;
}

const text = { type: 'string' } as const;
const known = { ...directoryOptions, json: { type: 'boolean' } } as const;
const change = { ...known, purpose: text, reason: text } as const;
const rotation = { ...change, to: text } as const;
const optionsOf: Readonly<Partial<Record<KeyControlMethod, typeof rotation | typeof change>>> = {
  'keys.rotate': rotation,
  'keys.revoke': change,
};

const none = { purpose: undefined, reason: undefined, to: undefined };

const methods: Readonly<Record<string, KeyControlMethod>> = {
  list: 'keys.list',
  rotate: 'keys.rotate',
  revoke: 'keys.revoke',
  archive: 'keys.archive',
  'export-public': 'keys.exportPublic',
};

/** @throws {Failure} for what it does not know. */
export function keysCommand(args: readonly string[], env: Env): KeysCommand {
  const [name, ...rest] = args;
  if (name === undefined) throw misused('no command of keys');
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw misused(`there is no command keys ${name}`);
  try {
    return commandOf(method, rest, env);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw misused(describeError(error).message);
  }
}

function commandOf(method: KeyControlMethod, args: readonly string[], env: Env): KeysCommand {
  const options = optionsOf[method];
  const parsed = { args: [...args], strict: true, allowPositionals: true } as const;
  const { values, positionals } = parseArgs({ ...parsed, options: options ?? known });
  const { purpose, reason, to } = { ...none, ...values };
  if (purpose === 'master' && to === undefined) throw misused('a master key takes --to FILE');
  // The process that has the directory may be elsewhere.
  const next = to === undefined ? {} : { to: { file: resolve(to), create: true } };
  const params = options === undefined ? {} : { purpose, reason, ...next };
  readOptions(keyControlParams[method], method, params);
  return { method, params, ...commonOf(values, positionals, env) };
}
