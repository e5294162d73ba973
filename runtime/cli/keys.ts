import { resolve } from 'node:path';
import { identify } from '../../storage/data-dir.ts';
import { keyControlMethods } from '../key-control.ts';
import type { MasterKeySource } from '../options/master-key.ts';
import type { CommandTools } from './command-tools.ts';
import { isInUse } from './data-owner.ts';
import { keyMissing, openWithKey } from './directory-key.ts';
import { type Exit, exits, Failure } from './failure.ts';
import { type KeysCommand, keysCommand } from './keys-arguments.ts';
import { processIn } from './live-directory.ts';
import { printable } from './terminal.ts';

/** Asks the process that has the directory open; if none has, opens it for this one command. */
export async function runKeys(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const command = keysCommand(args, tools.env);
  const { world, terminal } = tools;
  const path = await world.files.realPath(resolve(command.directory));
  const said = (await isInUse(world.files, path))
    ? await askLive(tools, command, path)
    : { result: await askOffline(tools, command, path), speaker: undefined };
  if (command.isJson) await terminal.printJson(JSON.stringify(said.result));
  else {
    const text = textOf(said.result);
    await terminal.print(said.speaker === undefined ? text : `${said.speaker}:\n${text}`);
  }
  return exits.ok;
}

/** Without a key it is for the process to say; one that is given is checked first. */
async function askLive(tools: CommandTools, command: KeysCommand, path: string) {
  const { key, directory, method, params } = command;
  if (key !== undefined) await mustOpen(tools, path, key);
  const live = await processIn(tools.world, directory);
  try {
    return { result: await live.resultOf(method, params), speaker: live.speaker };
  } finally {
    live.close();
  }
}

/** A key that is not the right one writes nothing. */
async function askOffline(
  tools: CommandTools,
  { key, method, params }: KeysCommand,
  path: string,
): Promise<unknown> {
  const { world } = tools;
  const masterKey = await mustOpen(tools, path, key);
  const { createRuntime } = await import('../runtime.ts');
  const runtime = await createRuntime({ name: 'holdfast-cli', dataDir: path, masterKey, world });
  try {
    return await keyControlMethods[method](runtime.keys, params);
  } finally {
    await runtime.shutdown();
  }
}

async function mustOpen(
  { world, env }: CommandTools,
  path: string,
  key: KeysCommand['key'],
): Promise<MasterKeySource> {
  const identity = await identify(world.files, path);
  if (identity === undefined) throw new Failure(`${path} holds no store of Holdfast`);
  const masterKey = key ?? keyMissing();
  (await openWithKey(world, env, path, identity, masterKey)).rootKey.wipe();
  return masterKey;
}

function textOf(result: unknown): string {
  const { keys, ...fields } = Object(result);
  return Array.isArray(keys) ? keys.map(lineOf).join('\n') : lineOf(fields);
}

/** Its fields in a row. */
const lineOf = (fields: unknown): string =>
  Object.entries(Object(fields))
    .map(([name, value]) => `${name} ${printable(String(value))}`)
    .join('  ');
